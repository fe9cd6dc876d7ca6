// What the branches of jobs are called, and how those of an issue are told from all others.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  branchPrefix,
  defaultBranchTemplate,
  fillTemplate,
  templateProblem,
} from "../../src/job/branch-template.ts";
import { isBranchName } from "../../src/job/ref-name.ts";

const parts = { number: 12, slug: "fix-it", id: "abcdef" };

describe("a template", () => {
  test.each([
    [defaultBranchTemplate, "patchbay/12-fix-it-abcdef", "patchbay/12-abcdef"],
    ["agents/{number}/{slug}/{id}", "agents/12/fix-it/abcdef", "agents/12/abcdef"],
    ["bot-{number}_{id}", "bot-12_abcdef", "bot-12_abcdef"],
    ["{number}-{id}-{slug}", "12-abcdef-fix-it", "12-abcdef-"],
  ])("%s", (template, wanted, without) => {
    expect(templateProblem(template)).toBeUndefined();
    expect(fillTemplate(template, parts)).toBe(wanted);
    expect(fillTemplate(template, { ...parts, slug: "" })).toBe(without);
    expect(wanted.startsWith(branchPrefix(template, 12))).toBe(true);
    expect(wanted.startsWith(branchPrefix(template, 1))).toBe(false);
  });

  test.each([
    ["agents/{slug}-{id}", "needs {number}"],
    ["agents/{number}{slug}-{id}", "needs {number}"],
    ["agents/{id}/{number}-x", "needs {number}"],
    ["agents/{number}-{slug}", "and {id}"],
    ["{number}-{id}-{title}", "there is no {title}"],
    ["{number}-{id}-{id}", "once"],
    ["-{number}-{id}", "can't be called that"],
    ["a b/{number}-{id}", "can't be called that"],
    ["a..b/{number}-{id}", "can't be called that"],
    ["a/{number}-{id}.lock", "can't be called that"],
    ["a/{number}-{id}/", "can't be called that"],
  ])("%s is refused: %s", (template, why) => {
    expect(templateProblem(template)).toContain(why);
  });
});

test("what is taken for a branch's name is one for git as well", () => {
  const piece = fc.constantFrom(
    "a",
    "B",
    "/",
    ".",
    "-",
    "@",
    "{",
    "~",
    "..",
    ".lock",
    "*",
    " ",
    "\u200b",
    "é",
    "HEAD",
    "refs/",
  );
  const name = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(name, (text) => {
      if (!isBranchName(text)) return;
      const check = (): unknown =>
        execFileSync("git", ["check-ref-format", "--branch", text], { stdio: "pipe" });
      expect(check, text).not.toThrow();
    }),
    { numRuns: 400 },
  );
  for (const bad of [
    "",
    "-x",
    "a b",
    "HEAD",
    "refs/heads/x",
    "a".repeat(201),
    "0".repeat(40),
    "x.lock",
    "a//b",
  ])
    expect(isBranchName(bad), bad).toBe(false);
  for (const good of ["main", "release/2.x", "hot-fix", "feature/größe", "a@b"])
    expect(isBranchName(good)).toBe(true);
});
