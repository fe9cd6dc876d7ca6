// What is read out of the streams that the real CLIs printed, recorded by `npm run record:agents`.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Agent, AgentEvent, AgentOutcome } from "../../src/agents/agent.ts";
import { claudeCode } from "../../src/agents/claude-code.ts";
import { createCliAgent } from "../../src/agents/cli-agent.ts";
import { codex } from "../../src/agents/codex.ts";
import { createDescribedCli } from "../../src/agents/described-cli-agent.ts";
import { loadDescribedAgents } from "../../src/agents/load-described-agents.ts";
import { opencode } from "../../src/agents/opencode.ts";
import { settle, shapesOf } from "./real/stream-shape.ts";
import { ask } from "./requests.ts";

const [gemini] = await loadDescribedAgents(
  join(import.meta.dirname, "..", "..", "docs", "agents", "gemini.yml"),
);
if (!gemini || gemini.kind === "http" || gemini.kind === "package")
  throw new Error("docs/agents/gemini.yml describes no program");
const agents: Record<string, Agent> = {
  claude: createCliAgent(claudeCode),
  codex: createCliAgent(codex),
  opencode: createCliAgent(opencode),
  gemini: createDescribedCli(gemini),
};

const streamOf = (name: string, scene: string): Promise<string> =>
  readFile(join(import.meta.dirname, "recorded", name, `${scene}.jsonl`), "utf8");

async function replay(
  name: string,
  scene: string,
  exitCode: number,
): Promise<{ outcome: AgentOutcome; events: AgentEvent[] }> {
  const stream = await streamOf(name, scene);
  const { request, events } = ask({
    workspace: "/workspace",
    gateways: { gemini: "http://127.0.0.1:3129/gemini" },
    launch: (_command, onLine) => {
      for (const line of stream.split("\n")) onLine(line);
      return Promise.resolve({ exitCode, signal: undefined, ended: undefined, stderrTail: "" });
    },
  });
  const agent = agents[name];
  if (!agent) throw new Error(`no agent ${name}`);
  return { outcome: await agent.run(request), events };
}

describe.each(Object.keys(agents))("%s", (name) => {
  test("its work is told: what it changed, ran, said and used", async () => {
    const { outcome, events } = await replay(name, "work", 0);
    expect(outcome).toMatchObject({ status: "success", report: "# Change\n\nFive tries now.\n" });
    expect(outcome.tokensIn).toBe(5000);
    expect(outcome.sessionId).toMatch(/.{8}/);
    expect(outcome.warnings).toEqual([]);
    expect(events.filter(({ type }) => type === "unparsed")).toEqual([]);
    expect(events.some(({ type }) => type === "command" || type === "tool" || type === "message")).toBe(true);
  });
});

describe.each(["claude", "codex", "opencode"])("%s", (name) => {
  test("the command that failed is told with its exit code, the files with their names", async () => {
    const { events } = await replay(name, "work", 0);
    const command = events.findLast((event) => event.type === "command");
    expect(command?.output).toContain("checked");
    expect(command?.exitCode).not.toBe(0);
    const changes = events.filter((event) => event.type === "file_change").map(({ path }) => path);
    expect(changes).toEqual(["src/login.ts", "NOTES.md"]);
  });
});

test.each([
  ["claude", "unauthorized", 1, "auth"],
  ["claude", "refused", 1, "refused"],
  ["claude", "context-too-long", 1, "context_too_long"],
  ["codex", "unauthorized", 1, "auth"],
  // It tells nothing of a refusal: the model door does.
  ["codex", "refused", 0, "bad_output"],
  ["codex", "context-too-long", 1, "context_too_long"],
  ["opencode", "unauthorized", 1, "auth"],
  ["opencode", "refused", 1, "refused"],
  ["opencode", "context-too-long", 1, "context_too_long"],
  ["gemini", "unauthorized", 1, "auth"],
  ["gemini", "refused", 0, "refused"],
  ["gemini", "context-too-long", 1, "context_too_long"],
])("%s, %s: exit code %i is %s", async (name, scene, exitCode, code) => {
  const { outcome } = await replay(name, scene, exitCode);
  expect(outcome).toMatchObject({ status: "failed", error: { code } });
});

test("a stream with another key or another type has another shape; other values and times have not", async () => {
  const stream = await streamOf("codex", "work");
  const changed = stream.replace('"exit_code"', '"exit_status"');
  expect(shapesOf(changed)).not.toEqual(shapesOf(stream));
  expect(shapesOf(stream.replace('"exit_code":3', '"exit_code":"3"'))).not.toEqual(shapesOf(stream));
  expect(shapesOf(stream.replace("checked", "looked at"))).toEqual(shapesOf(stream));
  expect(settle('{"at":"2026-11-23T10:00:00.5Z","id":"ses_0123456789ab","duration_ms":12}\n')).toBe(
    '{"at":"2026-01-01T00:00:00.000Z","id":"ses_0000000001","duration_ms":0}\n',
  );
});
