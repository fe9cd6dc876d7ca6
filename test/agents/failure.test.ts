import { expect, test } from "vitest";
import { classifyFailure, httpStatusIn } from "../../src/agents/failure.ts";

test.each([
  [401, "invalid x-api-key", "auth", false],
  [403, "forbidden", "auth", false],
  [429, "slow down", "rate_limited", true],
  [429, "You exceeded your current quota: insufficient_quota", "rate_limited", false],
  [500, "", "overloaded", true],
  [529, "Overloaded", "overloaded", true],
  [413, "", "context_too_long", false],
  [400, "prompt is too long: 210000 tokens > 200000 maximum", "context_too_long", false],
  [400, "This request violates our usage policies", "refused", false],
  [404, "model: claude-9 not found", "invalid_job", false],
  [undefined, "connect ECONNREFUSED 127.0.0.1:9", "overloaded", true],
  [undefined, "unexpected status 503 Service Unavailable", "overloaded", true],
  [undefined, "Not logged in · Please run /login", "auth", false],
])("%s %j → %s", (httpStatus, text, code, retryable) => {
  expect(classifyFailure({ httpStatus, text })).toEqual({ code, retryable });
});

test("what tells nothing is not guessed at", () => {
  expect(classifyFailure({ text: "segmentation fault" })).toBeUndefined();
  expect(classifyFailure({ httpStatus: 400, text: "bad request" })).toBeUndefined();
});

test("only a number that is called a status is one", () => {
  expect(httpStatusIn("read 404 files, 500 left")).toBeUndefined();
  expect(httpStatusIn("API Error: 529 Overloaded")).toBe(529);
  expect(httpStatusIn("exceeded retry limit, last status: 429 Too Many Requests")).toBe(429);
});

test.each(["the model API broke off its answer", "calling the model API: connect ENOENT"])(
  "%s, as the model door says it, may pass",
  (text) => {
    expect(classifyFailure({ text })).toEqual({ code: "overloaded", retryable: true });
  },
);
