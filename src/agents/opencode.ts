// OpenCode's command line and configuration (as OpenCode 1.18.33 takes them; its documentation, "Config", "Permissions").
import type { AgentRequest } from "./agent.ts";
import type { CliAdapter } from "./cli-adapter.ts";
import { withVersion } from "./gateway.ts";
import { createOpencodeParser } from "./opencode-stream.ts";
import { grantTools, withoutRules, type Tool } from "./tools.ts";

export const opencode: CliAdapter = {
  name: "opencode",
  binary: "opencode",
  versionFlag: "--version",
  models: ["anthropic", "openai"],
  // 429: 26 s, 500: more than 100 s.
  repeatsFailedCalls: true,
  // Its stream just ends.
  endsWithFinal: false,
  command(request) {
    const grant = withoutRules(grantTools(request), "opencode");
    const { config, warnings } = opencodeConfig(request, grant.tools);
    return {
      command: {
        binary: "opencode",
        args: [
          "run",
          "--format",
          "json",
          ...(request.sessionId === undefined ? [] : ["--session", request.sessionId]),
        ],
        env: {
          OPENCODE_DISABLE_AUTOUPDATE: "1",
          OPENCODE_DISABLE_MODELS_FETCH: "1",
          OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
          OPENCODE_DISABLE_SHARE: "1",
          OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
          OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
          ...(gatewayOf(request) ? { GATEWAY_API_KEY: request.token } : {}),
        },
        stdin: request.prompt,
        homeFiles: [],
      },
      warnings: [...grant.warnings, ...warnings],
    };
  },
  createParser: createOpencodeParser,
};

interface Gateway {
  npm: string;
  baseUrl: string;
  model: string;
  /** True when nobody named a model. */
  isDefault: boolean;
}

/** Which gateway serves the model; undefined: the CLI's own providers do. */
function gatewayOf({ gateways, model }: AgentRequest): Gateway | undefined {
  const { anthropic, openai } = gateways;
  const name = model?.replace(/^(?:anthropic|openai|gateway)\//, "");
  const wantsAnthropic = model === undefined || /^anthropic\/|claude/i.test(model);
  if (anthropic !== undefined && (wantsAnthropic || openai === undefined)) {
    return {
      npm: "@ai-sdk/anthropic",
      baseUrl: withVersion(anthropic),
      model: name ?? "claude-sonnet-4-5",
      isDefault: name === undefined,
    };
  }
  if (openai === undefined) return undefined;
  return {
    npm: "@ai-sdk/openai-compatible",
    baseUrl: withVersion(openai),
    model: name ?? "gpt-5.5",
    isDefault: name === undefined,
  };
}

/**
 * All configuration goes by environment: nothing in the repository. A permission that asks would end the run with
 * exit code 0 and no text, so each one either allows or denies.
 */
function opencodeConfig(
  request: AgentRequest,
  tools: ReadonlySet<Tool>,
): { config: object; warnings: string[] } {
  const allow = (...any: Tool[]): "allow" | "deny" =>
    any.some((tool) => tools.has(tool)) ? "allow" : "deny";
  const shared = {
    autoupdate: false,
    share: "disabled",
    permission: {
      edit: allow("Edit", "Write"),
      bash: allow("Bash"),
      webfetch: "deny",
      external_directory: "deny",
      doom_loop: "deny",
    },
  };
  const gateway = gatewayOf(request);
  if (!gateway)
    return {
      config: request.model === undefined ? shared : { ...shared, model: request.model },
      warnings: [],
    };
  const name = `gateway/${gateway.model}`;
  const provider = {
    npm: gateway.npm,
    name: "gateway",
    options: { baseURL: gateway.baseUrl, apiKey: "{env:GATEWAY_API_KEY}" },
    models: {
      [gateway.model]: { name: gateway.model, tool_call: true, limit: { context: 200_000, output: 8000 } },
    },
  };
  const warnings = gateway.isDefault ? [`no model was named for opencode, ${gateway.model} was used`] : [];
  const config = {
    ...shared,
    model: name,
    small_model: name,
    enabled_providers: ["gateway"],
    provider: { gateway: provider },
  };
  return { config, warnings };
}
