import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkedNumbers } from "../../../src/command/material/linked-issues.ts";
import { fit, readMaterial } from "../../../src/command/material/read-material.ts";
import { UserError } from "../../../src/errors.ts";
import type { MaterialCalls, ReviewComment } from "../../../src/io/github-material.ts";
import { headSha, pullSha } from "../fake-github.ts";
import { makeTrigger } from "../trigger.ts";

const shop = { host: "github.com", owner: "acme", name: "shop" };
const before = "2026-01-02T03:00:00Z";
const after = "2026-01-02T03:05:00Z";
const base = { base: { ref: "topic", sha: pullSha }, headRef: "topic", targetSha: headSha };

function github(over: Partial<MaterialCalls> = {}): MaterialCalls {
  return {
    issue: async (_, number) => ({
      number,
      title: `Title of ${number}`,
      body: "Its text.",
      updated_at: before,
      user: { login: "bob", id: 1 },
      pull_request: undefined,
    }),
    diff: async () => "diff --git a/x b/x\n",
    reviewComments: async () => [],
    checkRuns: async () => [],
    annotations: async () => [],
    jobLog: async () => undefined,
    signedImages: async () => [],
    image: () => Promise.reject(new UserError("GitHub answered 404")),
    ...over,
  };
}

function onLine(over: Partial<ReviewComment> = {}): ReviewComment {
  return {
    id: 1,
    path: "src/login.ts",
    line: 4,
    diff_hunk: "@@ -1,4 +1,4 @@\n a\n-b\n+c",
    body: "Why c?",
    created_at: before,
    updated_at: before,
    user: { login: "eve", id: 3 },
    ...over,
  };
}

describe("what is linked", () => {
  test.each([
    ["see #7, #8 and GH-9", [7, 8, 9]],
    ["(#7) #7 #12", [7]],
    ["https://github.com/ACME/shop/issues/7 https://github.com/acme/shop/pull/8", [7, 8]],
    ["https://github.com/acme/other/issues/7 other/shop#7 https://evil.example/acme/shop/issues/7", []],
    ["colour #123abc, #12a, no#7, #0", []],
  ])("%s", (text, wanted) => {
    expect(linkedNumbers([text], shop, 12)).toEqual(wanted);
  });

  test("five are read, the rest is named; what changed since is left out, and so is what can't be read", async () => {
    const trigger = makeTrigger({ subject: { body: "#1 #2 #3 #4 #5 #6" } });
    const { issue } = github();
    const found = await readMaterial(
      github({
        async issue(repository, number) {
          if (number === 2) return { ...(await issue(repository, number)), updated_at: after };
          if (number === 3) throw new UserError("reading #3: GitHub answered 404");
          return issue(repository, number);
        },
      }),
      trigger,
      { base: { base: { ref: "main", sha: headSha } }, thread: [] },
    );
    expect(found.material.map(({ name }) => name)).toEqual(["#1", "#4", "#5"]);
    expect(found.material[0]).toMatchObject({
      kind: "issue",
      author: "bob",
      text: "# Title of 1\n\nIts text.",
    });
    expect(found.material_left_out).toEqual([
      "#2 was changed after the request.",
      "#3 could not be read: reading #3: GitHub answered 404.",
      "Also named, but not read: #6.",
    ]);
  });
});

describe("a pull request", () => {
  const trigger = makeTrigger({ subject: { kind: "pull_request", title: "A change", body: "" } });
  const read = (calls: Partial<MaterialCalls>) => readMaterial(github(calls), trigger, { base, thread: [] });

  test("brings what was said on lines, what failed, and its diff between two commits", async () => {
    const asked: string[] = [];
    const found = await read({
      reviewComments: async () => [onLine()],
      checkRuns: async (_, sha) => [
        {
          id: 5,
          name: "test",
          conclusion: "failure",
          output: { title: "1 failed", summary: null, text: null },
        },
        { id: 6, name: "lint", conclusion: "success", output: { title: null, summary: null, text: sha } },
      ],
      annotations: async () => [{ path: "a.ts", start_line: 3, annotation_level: "failure", message: "no" }],
      diff: async (_, from, to) => {
        asked.push(`${from}...${to}`);
        return "diff --git a/x b/x\n";
      },
    });
    expect(asked).toEqual([`${headSha}...${pullSha}`]);
    expect(found.material).toEqual([
      {
        kind: "review_comment",
        name: "src/login.ts:4",
        author: "eve",
        text: "@@ -1,4 +1,4 @@\n a\n-b\n+c\n\nWhy c?",
      },
      { kind: "check", name: "test", text: "failure\n\n1 failed\n\na.ts:3: no" },
      { kind: "diff", name: "the diff of pull request #12", text: "diff --git a/x b/x\n" },
    ]);
    expect(found.material_left_out).toEqual([]);
  });

  test("leaves out what was written or edited on lines after the request", async () => {
    const found = await read({
      reviewComments: async () => [
        onLine({ id: 3, created_at: after, updated_at: after, body: "later" }),
        onLine({ id: 2, updated_at: after, body: "edited later" }),
        onLine({ id: 1, body: "then" }),
      ],
    });
    const said = found.material.filter(({ kind }) => kind === "review_comment");
    expect(said.map(({ text }) => text.split("\n").at(-1))).toEqual(["then"]);
  });

  test("of which nothing can be read still starts, and the agent is told", async () => {
    const no = () => Promise.reject(new UserError("GitHub answered 500"));
    const refused = () =>
      Promise.reject(new UserError("no", { cause: Object.assign(new Error("no"), { status: 403 }) }));
    const found = await read({ reviewComments: no, checkRuns: refused, diff: no });
    expect(found.material).toEqual([]);
    expect(found.material_left_out).toEqual([
      "Comments on lines could not be read: GitHub answered 500.",
      "Checks could not be read: the App lacks the permission to read them.",
      "The diff could not be read: GitHub answered 500.",
    ]);
  });

  test("with a diff that is too long brings its beginning and says how much is missing", async () => {
    const found = await read({ diff: async () => "x".repeat(100_000) });
    expect(found.material[0]?.text).toHaveLength(60_000);
    expect(found.material_left_out[0]).toContain("40000 characters");
  });
});

test("what no longer fits is named, and what is smaller may still come", () => {
  const one = (name: string, chars: number) => ({ kind: "issue" as const, name, text: "x".repeat(chars) });
  const { material, material_left_out: leftOut } = fit([
    { found: [one("#1", 70_000), one("#2", 60_000), one("#3", 10)], leftOut: ["a"] },
  ]);
  expect(material.map(({ name }) => name)).toEqual(["#1", "#3"]);
  expect(leftOut).toEqual(["For want of room: #2.", "a"]);
});

test("never more than there is room for, and each that is left out is named or counted", () => {
  const piece = fc.record({ name: fc.string({ maxLength: 500 }), chars: fc.nat(70_000) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      const found = pieces.map(({ name, chars }) => ({
        kind: "issue" as const,
        name,
        text: "x".repeat(chars),
      }));
      const { material, material_left_out: leftOut } = fit([{ found, leftOut: [] }]);
      const chars = material.reduce((sum, { text }) => sum + text.length, 0);
      const missing = pieces.length - material.length;
      const counted = missing > 10 ? `and ${missing - 10} more.` : "";
      expect(chars).toBeLessThanOrEqual(120_000);
      expect(material.length).toBeLessThanOrEqual(100);
      expect(leftOut).toHaveLength(missing > 0 ? 1 : 0);
      expect((leftOut[0] ?? "").length).toBeLessThanOrEqual(500);
      expect(leftOut[0] ?? "").toContain(counted);
    }),
  );
});
