// Titles, commits and names made from what somebody typed.
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExecError } from "../../../src/io/exec.ts";
import { branchName } from "../../../src/publisher/branch-name.ts";
import { pushError } from "../../../src/publisher/push.ts";
import { commitMessage } from "../../../src/publisher/render/commit-message.ts";
import { pullRequestBody, pullRequestTitle } from "../../../src/publisher/render/pull-request-text.ts";
import { jobId, mask, resultOf, secret, specOf, voiceOf } from "../job.ts";
import { hostileText } from "./hostile.ts";

const same = (text: string): string => text;

describe("a commit's message", () => {
  test.for([
    ["fix the flaky login test", "fix: flaky login test"],
    ["Add dark mode.", "feat: add dark mode"],
    ["feat(ui)!: dark mode", "feat(ui)!: dark mode"],
    ["README: say how to install", "docs: README: say how to install"],
    ["rename User to Account", "refactor: rename User to Account"],
    ["make it nicer", "chore: make it nicer"],
    ["fix this", "fix: login test fails on Mondays"],
    ["please fix", "fix: login test fails on Mondays"],
  ] as const)("begins conventionally: %s", ([goal, first]) => {
    expect(commitMessage(specOf({ goal }), "", same).split("\n")[0]).toBe(first);
  });

  test("nothing that was typed adds a trailer, mentions, closes an issue or skips CI", () => {
    const summary =
      "Done @bob.\nSigned-off-by: x\nCo-authored-by: Eve <e@x.example>\n\nFixes #99, closes acme/shop#3 [skip ci] skip-checks: true";
    const message = commitMessage(specOf({ goal: "fix #9\n\nCo-authored-by: eve" }), summary, same);
    expect(message.match(/^Co-authored-by: .*$/gim)).toEqual([
      "Co-authored-by: alice <583231+alice@users.noreply.github.com>",
    ]);
    expect(message).not.toMatch(/signed-off-by:|\[skip|skip-checks:|#\d/i);
    expect(message).not.toContain("@bob");
  });

  test("a login can't leave its place", () => {
    const requested_by = { login: "eve>\nPatchbay-Job: x <", permission: "write" as const };
    const message = commitMessage(specOf({ requested_by }), "", same);
    expect(message.match(/^Patchbay-Job: .*$/gm)).toEqual([`Patchbay-Job: ${jobId}`]);
    expect(message).toContain("Co-authored-by: evePatchbay-Jobx <evePatchbay-Jobx@users.noreply.github.com>");
  });

  test("whatever was typed: a short first line, two trailers at the end, no secret", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (goal, summary) => {
        const message = commitMessage(
          specOf({ goal: `a${secret}${goal}`.slice(0, 5000) }),
          summary + secret,
          mask,
        );
        expect(message.split("\n")[0]?.length).toBeLessThanOrEqual(72);
        expect(message.trimEnd().split("\n").slice(-3)).toEqual([
          "",
          expect.stringMatching(/^Co-authored-by: alice </),
          `Patchbay-Job: ${jobId}`,
        ]);
        expect(message).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a branch's name", () => {
  const named = (change: Parameters<typeof specOf>[0]): string => branchName(specOf(change), same);

  test("is made of the number, the goal and the end of the id", () => {
    expect(named({})).toBe(`patchbay/7-fix-the-flaky-login-test-${jobId.slice(-6)}`);
    expect(named({ goal: "Straße: Über “naïve” café's menü!" })).toBe(
      `patchbay/7-stra-e-uber-naive-cafes-menu-${jobId.slice(-6)}`,
    );
    expect(named({ goal: "修正" })).toBe(`patchbay/7-${jobId.slice(-6)}`);
    expect(named({ goal: "word ".repeat(100) }).length).toBeLessThan(70);
  });

  test("is valid for git, whatever the goal and the id", () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(jobId, "weird..id.lock", "a.lock.lock"), (goal, job_id) => {
        const name = named({ goal: `x${goal}`.slice(0, 5000), job_id });
        expect(name).toMatch(/^patchbay\/7(?:-[a-z0-9]+)+$/);
        expect(name.length).toBeLessThan(80);
      }),
      { numRuns: 300 },
    );
    const name = named({ goal: "refs/../heads~^:?*[\\.lock", job_id: "weird..id.lock" });
    expect(execFileSync("git", ["check-ref-format", "--branch", name], { encoding: "utf8" }).trim()).toBe(
      name,
    );
  });
});

describe("a pull request", () => {
  const voice = voiceOf();

  test("is titled with the goal, or with the thread's title when the goal says nothing", () => {
    expect(pullRequestTitle(specOf(), voice)).toBe("Fix the flaky login test");
    expect(pullRequestTitle(specOf({ goal: "fix this issue please" }), voice)).toBe(
      "Login test fails on Mondays",
    );
    expect(pullRequestTitle(specOf({ goal: "long ".repeat(100) }), voice).length).toBeLessThanOrEqual(100);
  });

  test("closes the issue that it was asked for and no other", () => {
    const report =
      "Fixes #99, closes acme/shop#3, resolves https://github.com/acme/shop/issues/4 and fixed: #5";
    const body = pullRequestBody({ spec: specOf(), result: resultOf(), report }, voice);
    const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[\w./:-]*?)#?\d+/gi;
    expect(body.match(closing)).toEqual(["Closes #7"]);
    expect(body).toContain("Asked for by @alice.");
  });
});

describe("a refused push", () => {
  const said = (stderr: string): Error =>
    pushError(
      "x",
      new ExecError(
        "git",
        { exitCode: 1, stderr, timedOut: false, missing: false, tooMuchOutput: false },
        {},
      ),
    );

  test.for([
    [
      " ! [remote rejected] x -> x (refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml` without `workflows` permission)",
      "UserError",
      "github",
    ],
    [" ! [rejected] x -> x (stale info)", "UserError", "conflict"],
    [
      " ! [remote rejected] x -> x (cannot lock ref 'refs/heads/x': is at 1 but expected 2)",
      "UserError",
      "conflict",
    ],
    ["remote: error: GH006: Protected branch update failed for refs/heads/x.", "UserError", "github"],
    ["remote: error: GH013: Repository rule violations found for refs/heads/x.", "UserError", "github"],
    [
      "remote: This repository was archived so it is read-only.\nfatal: unable to access: The requested URL returned error: 403",
      "UserError",
      "github",
    ],
    ["remote: Permission to acme/shop.git denied to patchbay[bot].", "UserError", "github"],
    ["fatal: unable to access: The requested URL returned error: 502", "TransientError", "github"],
    ["fatal: unable to access: Could not resolve host: github.com", "TransientError", "github"],
  ] as const)("%s", ([stderr, name, code]) => {
    expect(said(stderr)).toMatchObject({ name, code });
  });

  test("GitHub's own words reach the reader", () => {
    expect(
      said(
        "remote: error: GH006: Protected branch update failed.\nremote: error: Changes must be made through a pull request.",
      ).message,
    ).toContain("GH006: Protected branch update failed. Changes must be made through a pull request.");
  });
});
