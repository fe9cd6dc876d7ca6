import { expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import { unwrapHandlerError } from "../../src/webhook/handler-error.ts";

const transient = new TransientError("reading: no answer");
const refusal = new UserError("reopen it");
const bug = new Error("undefined is not a function");

test.each([
  ["a passing fault before a bug", [refusal, bug, transient], transient],
  ["a bug before a refusal", [refusal, bug], bug],
  ["a refusal when there was nothing else", [refusal], refusal],
])("%s", (_, errors, expected) => {
  expect(unwrapHandlerError(new AggregateError(errors))).toBe(expected);
  expect(unwrapHandlerError(new AggregateError([new AggregateError(errors)]))).toBe(expected);
});

test("what is no AggregateError stays itself", () => {
  expect(unwrapHandlerError(bug)).toBe(bug);
  expect(unwrapHandlerError("text")).toBe("text");
});

test("a full disk passes, however deep in the causes", () => {
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const wrapped = new Error("writing job.json", { cause: full });
  const error = unwrapHandlerError(new AggregateError([wrapped]));
  expect(error).toBeInstanceOf(TransientError);
  expect(error).toHaveProperty("cause", wrapped);
});

test("a file that isn't there is a bug, not a passing fault", () => {
  const missing = Object.assign(new Error("no such file"), { code: "ENOENT" });
  expect(unwrapHandlerError(new AggregateError([missing]))).toBe(missing);
});
