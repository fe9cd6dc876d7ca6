// Claude Code's command line (flags and variables as Claude Code 2.1.330 takes them; its documentation, "CLI reference").
import type { AgentRequest } from "./agent.ts";
import { createClaudeParser } from "./claude-stream.ts";
import type { CliAdapter } from "./cli-adapter.ts";
import { withoutVersion } from "./gateway.ts";
import { grantTools, type ToolGrant } from "./tools.ts";

export const claudeCode: CliAdapter = {
  name: "claude",
  binary: "claude",
  versionFlag: "--version",
  models: ["anthropic"],
  endsWithFinal: true,
  command(request) {
    const grant = grantTools(request);
    return {
      command: {
        binary: "claude",
        args: [
          "-p",
          "--output-format",
          "stream-json",
          "--verbose",
          // The repository's own settings could start programs (hooks).
          "--setting-sources",
          "user",
          ...(request.model === undefined ? [] : ["--model", request.model]),
          ...(request.sessionId === undefined ? [] : ["--resume", request.sessionId]),
          ...permissions(grant),
        ],
        env: environment(request),
        stdin: request.prompt,
        homeFiles: [],
      },
      warnings: grant.warnings,
    };
  },
  createParser: createClaudeParser,
};

/** What no rule allows is denied and told, since nobody is there to be asked; edits stay in the working directory. */
function permissions({ tools, rules }: ToolGrant): string[] {
  const ruled = new Set(rules.map(({ tool }) => tool));
  const whole = [...tools].filter((tool) => !ruled.has(tool));
  const allowed = [
    ...whole.map((tool) => (tool === "Edit" || tool === "Write" ? `${tool}(./**)` : tool)),
    ...rules.map(({ rule }) => rule),
  ];
  return [
    "--permission-mode",
    "dontAsk",
    "--tools",
    [...tools].join(","),
    // It takes all that follows: it must come last.
    ...(allowed.length === 0 ? [] : ["--allowedTools", ...allowed]),
  ];
}

function environment({ gateways, token }: AgentRequest): Record<string, string> {
  return {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    // By itself it tries for more than three minutes; the runner tries again with a back-off of its own.
    CLAUDE_CODE_MAX_RETRIES: "0",
    ...(gateways.anthropic === undefined
      ? {}
      : { ANTHROPIC_BASE_URL: withoutVersion(gateways.anthropic), ANTHROPIC_API_KEY: token }),
  };
}
