// What is read out of each CLI's stream: events, the report, tokens and cost, sessions.
import { expect, test } from "vitest";
import { claudeCode } from "../../src/agents/claude-code.ts";
import { codex } from "../../src/agents/codex.ts";
import { opencode } from "../../src/agents/opencode.ts";
import { emptyFold, foldEvent } from "../../src/agents/fold.ts";
import { usageOfRun } from "../../src/agents/usage.ts";
import { replay } from "./replay.ts";
import { ask } from "./requests.ts";

test("Claude Code: an edit, a failing command, the result's own usage", async () => {
  const { outcome, events } = await replay(claudeCode, "claude/success");
  expect(events).toEqual([
    { type: "session", sessionId: "61283c5e-6f0b-4a3e-9d51-1f0f0a7c7f10", model: "claude-sonnet-4-5" },
    { type: "message", text: "I will add the missing check." },
    { type: "tool", name: "Write", detail: "/srv/jobs/1/tree/src/check.js", status: "started" },
    { type: "file_change", path: "src/check.js", change: "add" },
    { type: "tool", name: "Bash", detail: "node --test", status: "started" },
    { type: "command", command: "node --test", exitCode: 1, output: "Exit code 1\n1 failed" },
    { type: "tool", name: "Edit", detail: "/srv/jobs/1/tree/src/check.js", status: "started" },
    { type: "file_change", path: "src/check.js", change: "update" },
    { type: "message", text: "Done: the check is there." },
    { type: "session", sessionId: "61283c5e-6f0b-4a3e-9d51-1f0f0a7c7f10" },
    { type: "usage", tokensIn: 2400, tokensOut: 68, costUsd: 0.00714, cumulative: "cost" },
    { type: "final", text: "Done: the check is there." },
  ]);
  expect(outcome).toMatchObject({
    report: "Done: the check is there.\n",
    sessionId: "61283c5e-6f0b-4a3e-9d51-1f0f0a7c7f10",
    costUsd: 0.00714,
    tokensIn: 2400,
    tokensOut: 68,
    warnings: [],
  });
});

test("Codex: a command, two files, tokens and no cost", async () => {
  const { outcome, events } = await replay(codex, "codex/success");
  expect(events).toEqual([
    { type: "session", sessionId: "01a2b3c4-0000-7000-8000-000000000001" },
    { type: "command", command: "/bin/bash -lc 'ls src'", exitCode: 0, output: "login.js\n" },
    { type: "file_change", path: "src/check.js", change: "add" },
    { type: "file_change", path: "src/login.js", change: "update" },
    { type: "message", text: "Done: the check is there." },
    { type: "usage", tokensIn: 2400, tokensOut: 68, costUsd: undefined, cumulative: "all" },
    { type: "final", text: "Done: the check is there." },
  ]);
  expect(outcome).toMatchObject({ tokensIn: 2400, tokensOut: 68, costUsd: undefined });
});

test("OpenCode: tokens and cost are those of its steps together", async () => {
  const { outcome, events } = await replay(opencode, "opencode/success");
  expect(events.map((event) => event.type)).toEqual([
    "session",
    "file_change",
    "usage",
    "command",
    "message",
    "usage",
  ]);
  expect(outcome).toMatchObject({
    report: "Done: the check is there.\n",
    sessionId: "ses_4f2a",
    tokensIn: 2400,
    tokensOut: 68,
  });
  expect(outcome.costUsd).toBeCloseTo(0.00714, 10);
});

test("a sum with an unknown part is unknown, never that of the other parts", async () => {
  const step = (part: object) => JSON.stringify({ type: "step_finish", sessionID: "ses_1", part });
  const known = { reason: "stop", tokens: { input: 10, output: 5 }, cost: 0.25 };
  const of = (lines: string[]) => {
    const parser = opencode.createParser(ask().request);
    const state = lines.flatMap((line) => parser.line(line)).reduce(foldEvent, emptyFold);
    return usageOfRun(state.usage, { resumed: false, sessionBefore: undefined }).run;
  };
  expect(of([step(known), step(known)])).toEqual({ tokensIn: 20, tokensOut: 10, costUsd: 0.5 });
  expect(of([step(known), step({ ...known, cost: 0 })])).toEqual({
    tokensIn: 20,
    tokensOut: 10,
    costUsd: undefined,
  });
  expect(of([step({ reason: "stop" }), step(known)])).toEqual({
    tokensIn: undefined,
    tokensOut: undefined,
    costUsd: undefined,
  });
});

test("a model without prices costs OpenCode 0, which is unknown", async () => {
  const { outcome } = await replay(opencode, "opencode/broken-lines");
  expect(outcome.costUsd).toBeUndefined();
});

test("retries are told with their HTTP status", async () => {
  const claude = await replay(claudeCode, "claude/rate-limited");
  expect(claude.events.filter((event) => event.type === "retry")).toEqual([
    { type: "retry", attempt: 1, message: "try 1 of 2 after status 429", httpStatus: 429 },
    { type: "retry", attempt: 2, message: "try 2 of 2 after status 429", httpStatus: 429 },
  ]);
  const retried = await replay(codex, "codex/unauthorized");
  expect(retried.events).toContainEqual(
    expect.objectContaining({ type: "retry", attempt: 2, httpStatus: 401 }),
  );
});

const before = { tokensIn: 2400, tokensOut: 68, costUsd: 0.00714 };
const sessionId = "01a2b3c4-0000-7000-8000-000000000001";

test("a resumed Codex session counts on: what came before is taken off", async () => {
  const { outcome } = await replay(codex, "codex/resumed", {}, { sessionId, sessionBefore: before });
  expect(outcome).toMatchObject({ tokensIn: 1200, tokensOut: 34, costUsd: undefined });
  expect(outcome.sessionUsage).toEqual({ tokensIn: 3600, tokensOut: 102, costUsd: undefined });
});

test("a resumed Claude session counts its cost on and its tokens anew", async () => {
  const { outcome } = await replay(claudeCode, "claude/resumed", {}, { sessionId, sessionBefore: before });
  expect(outcome).toMatchObject({ tokensIn: 1200, tokensOut: 34 });
  expect(outcome.costUsd).toBeCloseTo(0.00357, 10);
  expect(outcome.sessionUsage).toEqual({ tokensIn: 3600, tokensOut: 102, costUsd: 0.01071 });
});

test("what a resumed session used up before is not known: the run's share is unknown, not the total", async () => {
  const { outcome } = await replay(codex, "codex/resumed", {}, { sessionId });
  expect(outcome).toMatchObject({ tokensIn: undefined, tokensOut: undefined });
  expect(outcome.sessionUsage).toMatchObject({ tokensIn: 3600, tokensOut: 102 });
});
