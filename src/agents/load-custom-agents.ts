// The operator's file of further agents: AGENTS_FILE, in YAML or JSON.
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { UserError, explain } from "../errors.ts";
import { type CustomAgent, CustomAgents } from "./custom-agent.ts";

/** The agents that the file describes; none without a file. Throws UserError that names each field that is wrong. */
export async function loadCustomAgents(path: string | undefined): Promise<CustomAgent[]> {
  if (path === undefined) return [];
  let content: unknown;
  try {
    content = parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`AGENTS_FILE: reading ${path}: ${explain(cause)}`, { cause, code: "preflight" });
  }
  const agents = CustomAgents.safeParse(content);
  if (agents.success) return agents.data;
  const problems = agents.error.issues.map(
    (issue) => `  ${issue.path.join(".") || "the file"}: ${issue.message}`,
  );
  throw new UserError(`AGENTS_FILE: ${path} is not valid:\n${problems.join("\n")}`, {
    cause: agents.error,
    code: "preflight",
  });
}
