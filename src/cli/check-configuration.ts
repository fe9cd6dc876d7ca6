// `patchbay config check`: whether a repository's configuration says what it is meant to, before it is merged.
import { readFile } from "node:fs/promises";
import { configurationPath, readConfiguration } from "../command/repository-configuration/read.ts";
import { builtInPipelines } from "../job/pipelines.ts";
import { explain, UserError } from "../errors.ts";
import { readEnvironmentAnywhere } from "./environment.ts";
import { openAgents } from "./open-agents.ts";

/** Prints every problem as file:line:column; the exit status is 1 when there is any. Throws UserError. */
export async function checkConfiguration(
  file: string | undefined,
  options: { json?: boolean; envFile?: string },
): Promise<void> {
  const path = file ?? configurationPath;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UserError(`reading ${path}: ${explain(cause)}; name the file, or stand in the repository`, {
      cause,
    });
  }
  const { agents } = await openAgents(readEnvironmentAnywhere(options.envFile));
  const read = readConfiguration(text, {
    agents: agents.names(),
    pipelines: builtInPipelines.map(({ name }) => name),
  });
  const problems = read.kind === "valid" ? [] : read.problems;
  if (problems.length > 0) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify({ file: path, problems }, undefined, 2));
    return;
  }
  for (const { line, column, field, message } of problems) {
    console.log(`${path}:${line}:${column}: ${field === "" ? "" : `${field}: `}${message}`);
  }
  if (problems.length === 0) console.log(`✓ ${path} is valid`);
}
