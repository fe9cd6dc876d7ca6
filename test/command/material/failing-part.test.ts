import { expect, test } from "vitest";
import { failingPart } from "../../../src/command/material/failing-part.ts";

const stamped = (lines: readonly string[]) =>
  lines.map((line) => `2026-01-02T03:04:05.1234567Z ${line}\n`).join("");
const noise = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word} ${at}`);

test("the lines around the first error and the end, without times and colours", () => {
  const lines = [
    ...noise(500, "install"),
    "\u001B[31mAssertionError: expected 3\u001B[39m",
    ...noise(500, "more"),
    "##[error]Process completed with exit code 1.",
  ];
  const text = failingPart(stamped(lines), 8000);
  expect(text).toMatch(/^\[… 460 lines …\]\ninstall 460\n/);
  expect(text).toContain("\nAssertionError: expected 3\nmore 0\n");
  expect(text.endsWith("more 499\n##[error]Process completed with exit code 1.")).toBe(true);
  expect(text).not.toContain("2026-01-02");
});

test("without an error that it knows, the end", () => {
  const text = failingPart(stamped(noise(100, "line")), 8000);
  expect(text).toBe(["[… 70 lines …]", ...noise(100, "line").slice(70)].join("\n"));
});

test("a short one whole, an empty one empty, and never more than it may be", () => {
  expect(failingPart("a\nb\n", 100)).toBe("a\nb");
  expect(failingPart("", 100)).toBe("");
  expect(failingPart(`Error: ${"x".repeat(10_000)}`, 500).length).toBeLessThanOrEqual(500);
});
