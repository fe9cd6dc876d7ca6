// Codex's command line and configuration (as Codex 0.169.0 takes them; its documentation, "config.toml" and "codex exec").
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { AgentRequest } from "./agent.ts";
import type { CliAdapter } from "./cli-adapter.ts";
import { createCodexParser } from "./codex-stream.ts";
import { withVersion } from "./gateway.ts";
import { grantTools, withoutRules, type Tool } from "./tools.ts";

const homeFolder = ".codex";
const maxPromptChars = 1_048_576;

export const codex: CliAdapter = {
  name: "codex",
  binary: "codex",
  versionFlag: "--version",
  models: ["openai"],
  endsWithFinal: true,
  command(request) {
    checkRequest(request);
    const grant = withoutRules(grantTools(request), "codex");
    const { mode, warnings } = sandboxMode(request, grant.tools);
    return {
      command: {
        binary: "codex",
        args: [
          "exec",
          "--json",
          // It takes all that follows up to the next option.
          ...request.images.map((path) => `--image=${path}`),
          "--skip-git-repo-check",
          // They would look up api.github.com.
          "--disable",
          "plugins",
          "-s",
          mode,
          ...(request.model === undefined ? [] : ["-m", request.model]),
          ...(request.sessionId === undefined ? [] : ["resume", request.sessionId]),
          "-",
        ],
        env: {
          CODEX_HOME: join(request.home, homeFolder),
          ...(request.gateways.openai === undefined ? {} : { GATEWAY_API_KEY: request.token }),
        },
        stdin: request.prompt,
        homeFiles: [{ path: `${homeFolder}/config.toml`, content: codexConfig(request) }],
      },
      warnings: [...grant.warnings, ...warnings],
    };
  },
  createParser: createCodexParser,
};

function checkRequest({ home, prompt }: AgentRequest): void {
  if (/^\/tmp(?:\/|$)/.test(home)) {
    throw new UserError(
      "Codex runs no commands when its home lies under /tmp, and says so nowhere. Set WORKSPACES_ROOT to a folder elsewhere.",
      { code: "preflight" },
    );
  }
  if (prompt.length > maxPromptChars) {
    throw new UserError(
      `The prompt has ${prompt.length} characters and Codex takes ${maxPromptChars}. Hand over fewer artifacts or a shorter thread.`,
      { code: "context_too_long" },
    );
  }
}

/**
 * Codex's tools can't be chosen one by one: its own sandbox says what its shell and its patches can do. In ours, where
 * it can't start any command, it is off: there the workspace itself is read-only for who may only read.
 */
function sandboxMode(
  { sandboxed, readOnly }: AgentRequest,
  tools: ReadonlySet<Tool>,
): {
  mode: "read-only" | "workspace-write" | "danger-full-access";
  warnings: string[];
} {
  const reads = tools.has("Read") || tools.has("Grep") || tools.has("Glob") || tools.has("Bash");
  if (sandboxed && readOnly) {
    const told = "allowed_tools: codex reads by its shell and can't be kept from reading";
    return { mode: "danger-full-access", warnings: reads ? [] : [told] };
  }
  const edits = tools.has("Edit") || tools.has("Write");
  if (edits && tools.has("Bash")) {
    return { mode: sandboxed ? "danger-full-access" : "workspace-write", warnings: [] };
  }
  const blind = sandboxed ? [blindness] : [];
  if (!edits && !tools.has("Bash")) return { mode: "read-only", warnings: blind };
  const missing = edits ? "commands" : "edits";
  const warning = `allowed_tools: codex can't take ${missing} away alone, so the step may only read; allow both Edit and Bash, or neither`;
  return { mode: "read-only", warnings: [warning, ...blind] };
}

/** Codex reads by commands, and its own sandbox, which would keep them from writing, can't start in ours. */
const blindness =
  "allowed_tools: without Edit and Bash codex can start no command in the sandbox, so it sees no file; give such a step the role of an answerer, which reads";

/** `config.toml`. JSON strings are valid TOML strings (TOML 1.0, "String"). */
function codexConfig({ gateways }: AgentRequest): string {
  const lines = [
    ...(gateways.openai === undefined ? [] : ['model_provider = "gateway"']),
    "check_for_update_on_startup = false",
    // It would run at the provider, out of the sandbox's reach, and the model door refuses it.
    'web_search = "disabled"',
    "",
    "[analytics]",
    "enabled = false",
    "",
    "# The commands of its tools get no key, not even the dummy one.",
    "[shell_environment_policy]",
    'inherit = "core"',
  ];
  if (gateways.openai !== undefined) {
    lines.push(
      "",
      "[model_providers.gateway]",
      'name = "gateway"',
      `base_url = ${JSON.stringify(withVersion(gateways.openai))}`,
      'env_key = "GATEWAY_API_KEY"',
      'wire_api = "responses"',
      "supports_websockets = false",
      // Patchbay tries again, with pauses of its own.
      "request_max_retries = 0",
      "stream_max_retries = 0",
      "stream_idle_timeout_ms = 120000",
    );
  }
  return `${lines.join("\n")}\n`;
}
