// Which tools a step may use: the role says, `allowed_tools` narrows. Pure.
import type { AgentRequest } from "./agent.ts";

/** One vocabulary for all CLIs: Claude Code's names. Each adapter translates. */
export type Tool = "Read" | "Grep" | "Glob" | "Edit" | "Write" | "Bash";

export interface ToolGrant {
  tools: ReadonlySet<Tool>;
  /** Rules within a tool, such as `Bash(npm test *)`; a tool with rules is allowed only by them. */
  rules: { tool: Tool; rule: string }[];
  warnings: string[];
}

const readers: readonly Tool[] = ["Read", "Grep", "Glob"];
const all: readonly Tool[] = [...readers, "Edit", "Write", "Bash"];

const aliases: Record<string, Tool> = {
  read: "Read",
  grep: "Grep",
  glob: "Glob",
  list: "Glob",
  ls: "Glob",
  edit: "Edit",
  multiedit: "Edit",
  apply_patch: "Edit",
  write: "Write",
  bash: "Bash",
  shell: "Bash",
};

/** What the role may do and `allowedTools` does not exclude; what is dropped is told. It never widens the role. */
export function grantTools(request: Pick<AgentRequest, "role" | "readOnly" | "allowedTools">): ToolGrant {
  const ofRole = new Set(request.readOnly ? readers : all);
  if (request.allowedTools === undefined) return { tools: ofRole, rules: [], warnings: [] };
  const tools = new Set<Tool>();
  const rules: ToolGrant["rules"] = [];
  const warnings: string[] = [];
  for (const asked of request.allowedTools) {
    const [, name = "", pattern] = /^([A-Za-z_]+)(?:\(([^()\p{Cc}]{1,150})\))?$/u.exec(asked) ?? [];
    const tool = aliases[name.toLowerCase()];
    if (tool === undefined) {
      warnings.push(
        `allowed_tools: ${JSON.stringify(asked)} is not a known tool and was dropped; known are ${all.join(", ")}`,
      );
    } else if (!ofRole.has(tool)) {
      warnings.push(`allowed_tools: ${tool} was dropped, since a ${request.role} may only read`);
    } else {
      tools.add(tool);
      if (pattern !== undefined) rules.push({ tool, rule: `${tool}(${pattern})` });
    }
  }
  return { tools, rules, warnings };
}

/** The grant for a CLI that knows no rules within a tool: such tools are dropped, never allowed whole. */
export function withoutRules(grant: ToolGrant, cli: string): ToolGrant {
  const ruled = new Set(grant.rules.map(({ tool }) => tool));
  const warnings = [...ruled].map(
    (tool) =>
      `allowed_tools: ${cli} knows no rules within a tool, so ${tool} was dropped; name it without parentheses`,
  );
  return {
    tools: new Set([...grant.tools].filter((tool) => !ruled.has(tool))),
    rules: [],
    warnings: [...grant.warnings, ...warnings],
  };
}
