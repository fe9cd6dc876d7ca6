import { describe, expect, test } from "vitest";
import { StepSpec } from "../../src/job/step-spec.ts";
import { backOffMs, maxAttempts, nextStep } from "../../src/runner/pipeline.ts";

function step(step_id: string, fields: Partial<StepSpec> = {}): StepSpec {
  return { ...StepSpec.parse({ step_id, agent: "codex", role: "implementer" }), ...fields };
}

describe("after a step", () => {
  const end = (
    on_failure: StepSpec["on_failure"],
    status: "success" | "failed" | "timeout" | "retryable",
    visited = 1,
  ) =>
    nextStep([step("a"), step("b", { on_failure }), step("c")], {
      index: 1,
      status,
      visits: new Map([["a", visited]]),
    });

  test("that succeeded comes the next one, and after the last the success", () => {
    expect(end("stop", "success")).toEqual({ kind: "step", index: 2 });
    expect(nextStep([step("a")], { index: 0, status: "success", visits: new Map() })).toEqual({
      kind: "end",
      status: "success",
    });
  });
  test("that failed comes what on_failure says", () => {
    expect(end("stop", "failed")).toEqual({ kind: "end", status: "failed" });
    expect(end("stop", "timeout")).toEqual({ kind: "end", status: "timeout" });
    expect(end("stop", "retryable")).toEqual({ kind: "end", status: "failed" });
    expect(end("continue", "failed")).toEqual({ kind: "step", index: 2 });
    expect(end("ask_human", "failed")).toEqual({ kind: "end", status: "needs_human" });
    expect(end("goto:a", "failed")).toEqual({ kind: "step", index: 0 });
  });
  test("a loop of gotos ends, and so does one that leads nowhere", () => {
    expect(end("goto:a", "failed", 3)).toEqual({ kind: "end", status: "failed" });
    expect(end("goto:nowhere", "failed")).toEqual({ kind: "end", status: "failed" });
  });
  test("that was cancelled or needs a person nothing else comes", () => {
    for (const status of ["cancelled", "needs_human"] as const) {
      const next = nextStep([step("a", { on_failure: "continue" }), step("b")], {
        index: 0,
        status,
        visits: new Map(),
      });
      expect(next).toEqual({ kind: "end", status });
    }
  });
});

test("attempts are a step's own retries, capped by the operator", () => {
  expect(maxAttempts(step("a", { max_retries: 0 }), 3)).toBe(1);
  expect(maxAttempts(step("a", { max_retries: 10 }), 3)).toBe(3);
});

test("the pause doubles and stays below half a minute", () => {
  const slow = step("a", { retry_backoff_sec: 2 });
  expect([1, 2, 3, 4, 5, 9].map((attempt) => backOffMs(slow, attempt))).toEqual([
    2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});
