import { describe, expect, test } from "vitest";
import { type BaseWishes, findBase } from "../../src/command/base.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { UserError } from "../../src/errors.ts";
import { createWorld, fakeGitHub, headSha, pullRequest, pullSha, type World } from "./fake-github.ts";
import { makeTrigger } from "./trigger.ts";

const onPull = { kind: "pull_request" as const };

function base(
  over: Parameters<typeof makeTrigger>[0],
  world: Partial<World> = {},
  wishes: BaseWishes = {},
  jobSpec: (id: string) => Promise<JobSpec | undefined> = async () => undefined,
) {
  return findBase(
    { github: fakeGitHub(createWorld(world)), self: { login: "patchbay[bot]" }, jobSpec },
    makeTrigger(over),
    wishes,
  );
}

test("an issue starts from the head of the default branch", async () => {
  expect(await base({})).toEqual({ base: { ref: "main", sha: headSha } });
});

test("a pull request starts from its own branch", async () => {
  expect(await base({ subject: onPull }, { pulls: { 12: pullRequest(12, { from: "Acme/Shop" }) } })).toEqual({
    base: { ref: "topic", sha: pullSha },
    headRef: "topic",
    targetSha: headSha,
  });
});

test("a pull request that a job made is a follow-up of it; a mark further down is someone's text", async () => {
  const job = "0123456789abcdef0123456789abcdef";
  const made = {
    ...pullRequest(12, { from: "acme/shop" }),
    body: `<!-- patchbay:job:${job} -->\nCloses #11`,
  };
  expect(await base({ subject: onPull }, { pulls: { 12: made } })).toMatchObject({ follows: job });
  const quoted = { ...made, body: `> ${made.body}` };
  expect(await base({ subject: onPull }, { pulls: { 12: quoted } })).not.toHaveProperty("follows");
});

test("a pull request from a fork starts from its commit, and its branch is nobody's to push to", async () => {
  const spec = await base({ subject: onPull }, { pulls: { 12: pullRequest(12, { from: "eve/shop" }) } });
  expect(spec).toEqual({ base: { ref: "topic", sha: pullSha }, targetSha: headSha, fork: "eve/shop" });
});

describe("is refused, with what to do", () => {
  test.each<[string, Parameters<typeof makeTrigger>[0], Partial<World>, RegExp, BaseWishes?]>([
    ["an archived repository", { archived: true }, {}, /archived.*Unarchive/s],
    ["a locked issue", { subject: { locked: true } }, {}, /locked.*Unlock/s],
    ["a closed issue", { subject: { open: false } }, {}, /issue #12 is closed.*Reopen/s],
    ["a closed pull request", { subject: { ...onPull, open: false } }, {}, /pull request #12 is closed/],
    [
      "a pull request closed since",
      { subject: onPull },
      { pulls: { 12: pullRequest(12, { state: "closed" }) } },
      /pull request #12 is closed/,
    ],
    [
      "a pull request whose fork is gone",
      { subject: onPull },
      { pulls: { 12: pullRequest(12, { from: null }) } },
      /fork.*is gone.*Push the branch to acme\/shop/s,
    ],
    [
      "--base on a pull request",
      { subject: onPull },
      {},
      /has its branches already.*`--base`/s,
      { base: "x" },
    ],
    ["--branch on a pull request", { subject: onPull }, {}, /`--branch`/, { branch: "x" }],
    ["a branch that isn't there", {}, {}, /no branch `next` in acme\/shop/, { base: "next" }],
    ["a branch that is somebody's", {}, {}, /branch `master` already.*another name/, { branch: "master" }],
    ["a repository without a commit", {}, { heads: {} }, /no commit on its default branch main.*Push/s],
  ])("%s", async (_, over, world, message, wishes) => {
    const refused = base(over, world, wishes);
    await expect(refused).rejects.toBeInstanceOf(UserError);
    await expect(refused).rejects.toThrow(message);
  });
});

describe("an issue for which a job has made a pull request", () => {
  const job = "0123456789abcdef0123456789abcdef";
  const branch = "patchbay/12-fix-it-abcdef";
  const own = { login: "patchbay[bot]", id: 1 };
  const made = {
    ...pullRequest(30),
    user: own,
    body: `<!-- patchbay:job:${job} -->\nCloses #12`,
    head: { ref: branch, sha: pullSha, repo: { full_name: "acme/shop" } },
  };
  const heads = { main: headSha, [branch]: pullSha };

  test("starts from it while it is open, and goes on from its job", async () => {
    expect(await base({}, { heads, pulls: { 30: made } })).toEqual({
      base: { ref: branch, sha: pullSha },
      headRef: branch,
      targetSha: headSha,
      follows: job,
      pullRequest: 30,
    });
  });

  test("whose branch a command had named is found by its job", async () => {
    const named = { ...made, head: { ...made.head, ref: "hot-fix" } };
    const jobSpec =
      (publish: object, number = 12) =>
      async (): Promise<JobSpec> =>
        JobSpec.parse({
          schema_version: "2.0",
          job_id: job,
          created_at: "2026-01-01T00:00:00Z",
          source: { type: "webhook" },
          goal: "x",
          target: { kind: "issue", number, title: "x", author: "ann" },
          steps: [{ step_id: "a", agent: "codex", role: "implementer" }],
          publish,
        });
    const world = { heads: { main: headSha, "hot-fix": pullSha }, pulls: { 30: named } };
    expect(await base({}, world, {}, jobSpec({ branch: "hot-fix" }))).toMatchObject({ pullRequest: 30 });
    // A body that anybody may have changed names another issue's job, or one of another branch.
    expect(await base({}, world, {}, jobSpec({ branch: "hot-fix" }, 13))).not.toHaveProperty("pullRequest");
    expect(await base({}, world, {}, jobSpec({}))).not.toHaveProperty("pullRequest");
  });

  test("is gone on with only when it is between the branches that are wished", async () => {
    const all = { heads: { ...heads, next: pullSha }, pulls: { 30: made } };
    expect(await base({}, all, { base: "main" })).toMatchObject({ pullRequest: 30 });
    expect(await base({}, all, { branch })).toMatchObject({ pullRequest: 30 });
    expect(await base({}, all, { base: "next" })).toEqual({ base: { ref: "next", sha: pullSha } });
    expect(await base({}, all, { branch: "other" })).toEqual({ base: { ref: "main", sha: headSha } });
  });

  test("by the repository's own template is found as well as by the usual one", async () => {
    const own = { ...made, number: 31, head: { ...made.head, ref: "bot/12_x" } };
    const all = { heads: { ...heads, "bot/12_x": pullSha }, pulls: { 30: made, 31: own } };
    expect(await base({}, all, { template: "bot/{number}_{id}" })).toMatchObject({ pullRequest: 31 });
    expect(await base({}, all)).toMatchObject({ pullRequest: 30 });
  });

  test("of several from the newest", async () => {
    const later = { ...made, number: 31, head: { ...made.head, ref: "patchbay/12-other-abcdef" } };
    const all = { ...heads, [later.head.ref]: pullSha };
    expect(await base({}, { heads: all, pulls: { 30: made, 31: later } })).toMatchObject({ pullRequest: 31 });
  });

  test.each([
    ["is closed", { ...made, state: "closed" as const }],
    ["is somebody else's", { ...made, user: { login: "eve", id: 3 } }],
    ["comes from a fork", { ...made, head: { ...made.head, repo: { full_name: "eve/shop" } } }],
    ["is another issue's", { ...made, head: { ...made.head, ref: "patchbay/1-2-fix-it-abcdef" } }],
  ])("starts from the default branch when it %s", async (_, pull) => {
    const found = await base({}, { heads, pulls: { 30: pull } });
    expect(found).toEqual({ base: { ref: "main", sha: headSha } });
  });
});
