// The command lines, environments and configuration files that the CLIs are given.
import type { AgentRequest } from "../../src/agents/agent.ts";
import { describe, expect, test } from "vitest";
import type { CliAdapter } from "../../src/agents/cli-adapter.ts";
import { claudeCode } from "../../src/agents/claude-code.ts";
import { codex } from "../../src/agents/codex.ts";
import { opencode } from "../../src/agents/opencode.ts";
import { ask } from "./requests.ts";

const reviewer = { role: "reviewer", readOnly: true };
const gateways = { anthropic: "http://127.0.0.1:4001", openai: "http://127.0.0.1:4002/v1" };

function commandOf(adapter: CliAdapter, change: Partial<AgentRequest> = {}) {
  return adapter.command(ask(change).request);
}

function opencodeConfigOf(change: Partial<AgentRequest>): unknown {
  return JSON.parse(commandOf(opencode, change).command.env["OPENCODE_CONFIG_CONTENT"] ?? "");
}

test.each([claudeCode, codex, opencode])(
  "$name gets its prompt on stdin, never as an argument",
  (adapter) => {
    const prompt = "--dangerous; $(reboot)";
    const { command } = commandOf(adapter, { prompt });
    expect(command.stdin).toBe(prompt);
    expect(JSON.stringify([command.args, command.env, command.homeFiles])).not.toContain("reboot");
  },
);

test.each([claudeCode, codex, opencode])(
  "$name is given no tool that is not known, and it is told",
  (adapter) => {
    const allowedTools = ["Telepathy", "Bash; rm -rf /", "--dangerously-skip-permissions"];
    const { command, warnings } = commandOf(adapter, {
      allowedTools: ["Read", "Edit", "Bash", ...allowedTools],
    });
    expect(JSON.stringify(command)).not.toMatch(/Telepathy|rm -rf|dangerously/);
    expect(warnings.filter((text) => text.includes("is not a known tool and was dropped"))).toHaveLength(3);
  },
);

describe("Claude Code", () => {
  test("an implementer edits inside of its workspace and runs commands", () => {
    const { command, warnings } = commandOf(claudeCode, { model: "opus", sessionId: "6128" });
    expect(command.args.join(" ")).toBe(
      "-p --output-format stream-json --verbose --setting-sources user --model opus --resume 6128 " +
        "--permission-mode dontAsk --tools Read,Grep,Glob,Edit,Write,Bash " +
        "--allowedTools Read Grep Glob Edit(./**) Write(./**) Bash",
    );
    expect(warnings).toEqual([]);
  });

  test("a reviewer reads, whatever allowed_tools says", () => {
    const { command, warnings } = commandOf(claudeCode, {
      ...reviewer,
      allowedTools: ["Bash", "Read", "Telepathy"],
    });
    expect(command.args.slice(-6)).toEqual([
      "--permission-mode",
      "dontAsk",
      "--tools",
      "Read",
      "--allowedTools",
      "Read",
    ]);
    expect(warnings).toEqual([
      "allowed_tools: Bash was dropped, since a reviewer may only read",
      'allowed_tools: "Telepathy" is not a known tool and was dropped; known are Read, Grep, Glob, Edit, Write, Bash',
    ]);
  });

  test("a rule within a tool narrows it", () => {
    const { command } = commandOf(claudeCode, { allowedTools: ["Read", "Bash(npm test *)"] });
    expect(command.args.slice(-5)).toEqual([
      "--tools",
      "Read,Bash",
      "--allowedTools",
      "Read",
      "Bash(npm test *)",
    ]);
  });

  test("allowed_tools that allow nothing leave no tools", () => {
    const { command } = commandOf(claudeCode, { allowedTools: [] });
    expect(command.args.slice(-2)).toEqual(["--tools", ""]);
  });

  test("a gateway comes with a key that opens nothing; without one there is no key", () => {
    expect(commandOf(claudeCode, { gateways }).command.env).toMatchObject({
      ANTHROPIC_BASE_URL: "http://127.0.0.1:4001",
      ANTHROPIC_API_KEY: "no-key-needed",
      CLAUDE_CODE_MAX_RETRIES: "0",
      DISABLE_AUTOUPDATER: "1",
    });
    expect(commandOf(claudeCode).command.env).not.toHaveProperty("ANTHROPIC_API_KEY");
  });
});

describe("Codex", () => {
  test("an implementer writes in its workspace; the sandbox flag comes before resume", () => {
    const { command } = commandOf(codex, { model: "gpt-5.5", sessionId: "01a2" });
    expect(command.args.join(" ")).toBe(
      "exec --json --skip-git-repo-check --disable plugins -s workspace-write -m gpt-5.5 resume 01a2 -",
    );
    expect(command.env).toEqual({ CODEX_HOME: "/srv/jobs/1/home/.codex" });
  });

  test("its own sandbox is off inside of ours, but for a step whose tools were taken away", () => {
    const modeOf = (change: Partial<AgentRequest>): string | undefined =>
      commandOf(codex, { sandboxed: true, ...change }).command.args[6];
    expect(modeOf({})).toBe("danger-full-access");
    expect(modeOf(reviewer)).toBe("danger-full-access");
    expect(modeOf({ allowedTools: ["Read"] })).toBe("read-only");
  });

  test("what its own sandbox makes of allowed_tools inside of ours is told", () => {
    const told = (change: Partial<AgentRequest>) => commandOf(codex, { sandboxed: true, ...change }).warnings;
    expect(told({})).toEqual([]);
    expect(told({ allowedTools: ["Edit", "Bash"] })).toEqual([]);
    expect(told({ allowedTools: ["Read"] })).toEqual([expect.stringContaining("sees no file")]);
    expect(told({ allowedTools: ["Edit"] })).toEqual([
      expect.stringContaining("commands away"),
      expect.stringContaining("sees no file"),
    ]);
    expect(told({ ...reviewer, allowedTools: ["Read"] })).toEqual([]);
    expect(told({ ...reviewer, allowedTools: [] })).toEqual([expect.stringContaining("kept from reading")]);
  });

  test("a reviewer's sandbox is read-only", () => {
    expect(commandOf(codex, { ...reviewer, allowedTools: ["Edit", "Bash"] }).command.args).toContain(
      "read-only",
    );
  });

  test("tools that can't be taken away alone leave a step that reads, and say so", () => {
    const { command, warnings } = commandOf(codex, { allowedTools: ["Edit", "Bash(npm *)"] });
    expect(command.args).toContain("read-only");
    expect(warnings).toEqual([
      expect.stringContaining("Bash was dropped"),
      expect.stringContaining("commands away"),
    ]);
  });

  test("its configuration lies in its home and names the gateway", () => {
    const [file] = commandOf(codex, { gateways }).command.homeFiles;
    expect(file?.path).toBe(".codex/config.toml");
    // The model door refuses what runs at the provider.
    expect(file?.content).toContain('web_search = "disabled"');
    expect(file?.content).toContain('model_provider = "gateway"');
    expect(file?.content).toContain('base_url = "http://127.0.0.1:4002/v1"');
    expect(file?.content).toContain("request_max_retries = 0");
    expect(commandOf(codex).command.homeFiles[0]?.content).not.toContain("gateway");
  });

  test("a home under /tmp is refused, since its commands would fail unseen", () => {
    expect(() => commandOf(codex, { home: "/tmp/jobs/home" })).toThrow(/WORKSPACES_ROOT/);
  });

  test("a prompt over its limit is refused before the start", () => {
    expect(() => commandOf(codex, { prompt: "x".repeat(1_048_577) })).toThrow(/1048577 characters/);
  });
});

describe("OpenCode", () => {
  test("an implementer may edit and run commands; nothing asks", () => {
    const { command } = commandOf(opencode, { sessionId: "ses_1", model: "anthropic/claude-sonnet-4-5" });
    expect(command.args).toEqual(["run", "--format", "json", "--session", "ses_1"]);
    const config = opencodeConfigOf({ model: "anthropic/claude-sonnet-4-5" });
    expect(config).toMatchObject({
      autoupdate: false,
      share: "disabled",
      model: "anthropic/claude-sonnet-4-5",
      permission: { edit: "allow", bash: "allow", external_directory: "deny" },
    });
    expect(JSON.stringify(config)).not.toContain('"ask"');
  });

  test("a reviewer may do neither", () => {
    expect(opencodeConfigOf({ ...reviewer, allowedTools: ["Edit"] })).toMatchObject({
      permission: { edit: "deny", bash: "deny" },
    });
  });

  test("each model goes to the gateway that speaks its language", () => {
    expect(opencodeConfigOf({ gateways, model: "openai/gpt-5.5" })).toMatchObject({
      model: "gateway/gpt-5.5",
      small_model: "gateway/gpt-5.5",
      provider: {
        gateway: { npm: "@ai-sdk/openai-compatible", options: { baseURL: "http://127.0.0.1:4002/v1" } },
      },
    });
    expect(opencodeConfigOf({ gateways, model: "claude-opus-4-1" })).toMatchObject({
      model: "gateway/claude-opus-4-1",
      provider: { gateway: { npm: "@ai-sdk/anthropic", options: { baseURL: "http://127.0.0.1:4001/v1" } } },
    });
  });

  test("its configuration holds no key, only the name of a variable with a dummy", () => {
    const { command } = commandOf(opencode, { gateways });
    expect(command.env["OPENCODE_CONFIG_CONTENT"]).toContain("{env:GATEWAY_API_KEY}");
    expect(command.env["GATEWAY_API_KEY"]).toBe("no-key-needed");
  });
});
