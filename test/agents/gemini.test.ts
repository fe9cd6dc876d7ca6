// Gemini CLI, known by docs/agents/gemini.yml alone, against streams of the real one.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentOutcome } from "../../src/agents/agent.ts";
import { createDescribedCli } from "../../src/agents/described-cli-agent.ts";
import { loadDescribedAgents } from "../../src/agents/load-described-agents.ts";
import { ask } from "./requests.ts";

const file = join(import.meta.dirname, "..", "..", "docs", "agents", "gemini.yml");
const [described] = await loadDescribedAgents(file);
if (!described || described.kind === "http" || described.kind === "package")
  throw new Error("docs/agents/gemini.yml describes no program");
const gemini = createDescribedCli(described);

async function replay(fixture: string, exitCode: number): Promise<AgentOutcome> {
  const text = await readFile(join(import.meta.dirname, "fixtures", "gemini", `${fixture}.jsonl`), "utf8");
  const { request } = ask({
    gateways: { gemini: "http://127.0.0.1:3129/gemini" },
    launch: (_command, onLine) => {
      for (const line of text.split("\n")) onLine(line);
      return Promise.resolve({ exitCode, signal: undefined, ended: undefined, stderrTail: "" });
    },
  });
  return gemini.run(request);
}

test("what it did, said and used", async () => {
  expect(await replay("success", 0)).toMatchObject({
    status: "success",
    report: "# Change\n\nFive tries now.\n",
    sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    tokensIn: 5000,
    tokensOut: 170,
    costUsd: undefined,
    warnings: [],
  });
});

// Its exit status is the HTTP status of the API modulo 256.
test.each([
  ["unauthorized", 145, "failed", "auth"],
  ["rate-limited", 173, "retryable", "rate_limited"],
  ["server-error", 244, "retryable", "overloaded"],
  ["refused", 0, "failed", "refused"],
  ["context-too-long", 144, "failed", "context_too_long"],
])("%s, exit status %d: %s, %s", async (fixture, exitCode, status, code) => {
  expect(await replay(fixture, exitCode)).toMatchObject({ status, error: { code } });
});
