// Cause → status and error code, for each CLI: what the streams and exits that were seen must come to.
import { describe, expect, test } from "vitest";
import type { AgentOutcome, ProcessEnd } from "../../src/agents/agent.ts";
import { claudeCode } from "../../src/agents/claude-code.ts";
import { codex } from "../../src/agents/codex.ts";
import { opencode } from "../../src/agents/opencode.ts";
import { replay } from "./replay.ts";

interface Row {
  cause: string;
  fixture: string | undefined;
  end?: Partial<ProcessEnd>;
  status: AgentOutcome["status"];
  code?: string;
}

const one = { exitCode: 1 };
const outside: Row[] = [
  {
    cause: "its time was over",
    fixture: undefined,
    end: { ended: "timeout", signal: "SIGTERM", exitCode: undefined },
    status: "timeout",
    code: "timeout",
  },
  {
    cause: "it stalled",
    fixture: undefined,
    end: { ended: "stalled", signal: "SIGKILL", exitCode: undefined },
    status: "retryable",
    code: "stalled",
  },
  {
    cause: "it printed too much",
    fixture: undefined,
    end: { ended: "output", exitCode: 143 },
    status: "failed",
    code: "output",
  },
  {
    cause: "it was cancelled",
    fixture: undefined,
    end: { ended: "cancelled", exitCode: 0 },
    status: "cancelled",
  },
  {
    cause: "it crashed",
    fixture: undefined,
    end: { exitCode: 101, stderrTail: "panicked at main.rs" },
    status: "failed",
    code: "crashed",
  },
  {
    cause: "someone killed it",
    fixture: undefined,
    end: { exitCode: undefined, signal: "SIGKILL" },
    status: "retryable",
    code: "crashed",
  },
  { cause: "it said nothing", fixture: undefined, status: "failed", code: "bad_output" },
];

const tables: { adapter: typeof codex; rows: Row[] }[] = [
  {
    adapter: claudeCode,
    rows: [
      { cause: "success", fixture: "claude/success", status: "success" },
      { cause: "401", fixture: "claude/unauthorized", end: one, status: "failed", code: "auth" },
      { cause: "401 with exit code 0", fixture: "claude/unauthorized", status: "failed", code: "auth" },
      { cause: "429", fixture: "claude/rate-limited", end: one, status: "retryable", code: "rate_limited" },
      { cause: "529", fixture: "claude/overloaded", end: one, status: "retryable", code: "overloaded" },
      {
        cause: "too long",
        fixture: "claude/context-too-long",
        end: one,
        status: "failed",
        code: "context_too_long",
      },
      { cause: "refusal", fixture: "claude/refused", end: one, status: "failed", code: "refused" },
      { cause: "turns", fixture: "claude/max-turns", end: one, status: "failed", code: "max_turns" },
      { cause: "budget", fixture: "claude/budget", end: one, status: "failed", code: "budget" },
      { cause: "denied", fixture: "claude/permission-denied", status: "success" },
      { cause: "broken lines", fixture: "claude/broken-lines", status: "success" },
      {
        cause: "SIGINT: exit code 0, no result",
        fixture: "claude/cut-off",
        status: "failed",
        code: "bad_output",
      },
    ],
  },
  {
    adapter: codex,
    rows: [
      { cause: "success", fixture: "codex/success", status: "success" },
      { cause: "401", fixture: "codex/unauthorized", end: one, status: "failed", code: "auth" },
      { cause: "429", fixture: "codex/rate-limited", end: one, status: "retryable", code: "rate_limited" },
      { cause: "500", fixture: "codex/server-error", end: one, status: "retryable", code: "overloaded" },
      {
        cause: "too long",
        fixture: "codex/context-too-long",
        end: one,
        status: "failed",
        code: "context_too_long",
      },
      { cause: "a retry that helped", fixture: "codex/retried-then-done", status: "success" },
      { cause: "denied", fixture: "codex/permission-denied", status: "success" },
      { cause: "broken lines", fixture: "codex/broken-lines", status: "success" },
    ],
  },
  {
    adapter: opencode,
    rows: [
      { cause: "success", fixture: "opencode/success", status: "success" },
      { cause: "401", fixture: "opencode/unauthorized", end: one, status: "failed", code: "auth" },
      { cause: "429", fixture: "opencode/rate-limited", end: one, status: "retryable", code: "rate_limited" },
      { cause: "500", fixture: "opencode/server-error", end: one, status: "retryable", code: "overloaded" },
      {
        cause: "too long",
        fixture: "opencode/context-too-long",
        end: one,
        status: "failed",
        code: "context_too_long",
      },
      {
        cause: "a rejected question",
        fixture: "opencode/says-nothing",
        status: "failed",
        code: "bad_output",
      },
      { cause: "broken lines", fixture: "opencode/broken-lines", status: "success" },
    ],
  },
];

describe.each(tables)("$adapter.name", ({ adapter, rows }) => {
  test.each([...rows, ...outside])("$cause → $status $code", async ({ fixture, end, status, code }) => {
    const { outcome } = await replay(adapter, fixture, end);
    expect({ status: outcome.status, code: outcome.error?.code }).toEqual({ status, code });
  });
});

test("a crash is told with the end of stderr, without colours", async () => {
  const { outcome } = await replay(codex, undefined, {
    exitCode: 101,
    stderrTail: "\u001B[31mpanicked\u001B[0m at main.rs:7",
  });
  expect(outcome.error?.message).toBe("codex ended with exit code 101: panicked at main.rs:7");
});

test("a timeout while the CLI retries says what it waited for", async () => {
  const { outcome } = await replay(claudeCode, "claude/rate-limited", { ended: "timeout" });
  expect(outcome.error?.message).toContain("waiting for the model: try 2 of 2 after status 429");
});

test("stderr alone can tell that a login is missing", async () => {
  const { outcome } = await replay(claudeCode, undefined, {
    exitCode: 1,
    stderrTail: "Invalid API key · Please run /login",
  });
  expect(outcome.error?.code).toBe("auth");
});

test("the denials stand in the report", async () => {
  const { outcome } = await replay(claudeCode, "claude/permission-denied");
  expect(outcome.report).toBe(
    "I may not write files here, so nothing was changed.\n\n" +
      "> **Not permitted in this role:**\n> - `Write`: `/srv/jobs/1/tree/out.txt`\n",
  );
});

test("a rejected question that ended a run is told", async () => {
  const { outcome } = await replay(opencode, "opencode/says-nothing");
  expect(outcome.error?.message).toContain("after it was denied a tool");
  expect(outcome.report).toContain("`bash`: `curl example.com`");
});

test.each([
  { adapter: claudeCode, fixture: "claude/broken-lines", lines: 5 },
  { adapter: codex, fixture: "codex/broken-lines", lines: 4 },
  { adapter: opencode, fixture: "opencode/broken-lines", lines: 3 },
])("$adapter.name keeps and counts lines that it can't read", async ({ adapter, fixture, lines }) => {
  const { outcome, events } = await replay(adapter, fixture);
  expect(events.filter((event) => event.type === "unparsed")).toHaveLength(lines);
  expect(outcome.warnings).toEqual([
    expect.stringContaining(`${lines} lines of the output of ${adapter.name}`),
  ]);
  expect(outcome.report).toBe("Done in spite of it.\n");
});
