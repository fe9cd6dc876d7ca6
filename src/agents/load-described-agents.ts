// The operator's file of further agents: AGENTS_FILE, in YAML or JSON.
import { readFile } from "node:fs/promises";
import { UserError, explain } from "../errors.ts";
import { AgentsFile, type DescribedAgent } from "./described-agent.ts";
import { readYaml } from "./read-yaml.ts";

/**
 * The agents that the file describes; none without a file. `secrets` are those that Patchbay holds: an agent gets none
 * of them, so none may stand in the file. Throws UserError that names each line and field that is wrong.
 */
export async function loadDescribedAgents(
  path: string | undefined,
  secrets: readonly { name: string; value: string }[] = [],
): Promise<DescribedAgent[]> {
  if (path === undefined) return [];
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UserError(`AGENTS_FILE: reading ${path}: ${explain(cause)}`, { cause, code: "preflight" });
  }
  const secret = secrets.find(({ value }) => value.length >= 8 && text.includes(value));
  if (secret) {
    throw new UserError(
      `AGENTS_FILE: ${path} holds the value of ${secret.name}. An agent never gets a secret: write {token} there, for which Patchbay's door to the models puts in the real key`,
      { code: "preflight" },
    );
  }
  const read = readYaml(text, AgentsFile);
  if ("value" in read) return Array.isArray(read.value) ? read.value : read.value.agents;
  const problems = read.problems.map((problem) => `  ${problem}`).join("\n");
  throw new UserError(`AGENTS_FILE: ${path} is not valid:\n${problems}`, { code: "preflight" });
}
