// Exactly one review of a job, whatever goes wrong on the way, and never a verdict.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TransientError } from "../../../src/errors.ts";
import type { ThreadState } from "../../../src/io/github-threads.ts";
import type { ReviewFinding } from "../../../src/job/review-finding.ts";
import { reviewMarker } from "../../../src/publisher/review/compose-review.ts";
import type { Change, GitWorld } from "../git-world.ts";
import { bot } from "../fake-github.ts";
import { jobId } from "../job.ts";
import { createSetup, createShop, finished, type Setup } from "../setup.ts";

let world: GitWorld;
let change: Change;
const publish = { kind: "publish", job_id: jobId, epoch: 1 } as const;
const findings: ReviewFinding[] = [
  { path: "src/login.test.ts", line: 1, severity: "warning", text: "It waits for nothing." },
];

beforeEach(async () => {
  world = await createShop();
  change = await world.change(async (tree) => {
    await writeFile(join(tree, "src/login.test.ts"), "test('login', async () => login());\n");
  });
});
afterEach(() => world.remove());

const open = (found = findings): Setup => createSetup(world, { ...finished(world, change), findings: found });

function expectOne(setup: Setup): void {
  expect(setup.github.allReviews).toHaveLength(1);
  const [review] = setup.github.allReviews;
  expect(review?.comments).toMatchObject([{ path: "src/login.test.ts", line: 1, side: "RIGHT" }]);
  expect(setup.files.publication).toMatchObject({ final: true, review: { number: 12, id: review?.id } });
}

test("the findings become one review on the pull request", async () => {
  const setup = open();
  await setup.publisher.carryOut(publish);
  expectOne(setup);
  await setup.publisher.carryOut({ ...publish, epoch: 2 });
  expect(setup.github.writes.filter((call) => call === "createReview")).toHaveLength(1);
  expectOne(setup);
});

test("no findings, no review", async () => {
  const setup = open([]);
  await setup.publisher.carryOut(publish);
  expect(setup.github.writes).not.toContain("createReview");
});

test.each([true, false])(
  "an answer that was lost is not a second review (it took effect: %s)",
  async (tookEffect) => {
    const setup = open();
    setup.github.failNext({ call: "createReview", status: 502, tookEffect });
    await expect(setup.publisher.carryOut(publish)).rejects.toBeInstanceOf(TransientError);
    await setup.publisher.carryOut(publish);
    expectOne(setup);
  },
);

test("a death at any write of the record leaves one review", async () => {
  const whole = open();
  await whole.publisher.carryOut(publish);
  for (let n = 1; n <= whole.writes(); n++) {
    await world.remove();
    world = await createShop();
    change = await world.change(async (tree) => {
      await writeFile(join(tree, "src/login.test.ts"), "test('login', async () => login());\n");
    });
    const setup = open();
    setup.dieAtWrite(n);
    await expect(setup.publisher.carryOut(publish)).rejects.toBeInstanceOf(TransientError);
    await setup.publisher.carryOut(publish);
    expectOne(setup);
  }
});

test("somebody else's review with our mark is not ours", async () => {
  const setup = open();
  const user = { login: "mallory", id: 2 };
  setup.github.allReviews.push({ id: 1, html_url: "x", body: reviewMarker(jobId), user, comments: [] });
  await setup.publisher.carryOut(publish);
  expect(setup.github.allReviews).toHaveLength(2);
});

test("a line that GitHub doesn't show costs the place, not the finding", async () => {
  const setup = open();
  setup.github.failNext({
    call: "createReview",
    status: 422,
    message: "Line could not be resolved",
    tookEffect: false,
  });
  await setup.publisher.carryOut(publish);
  const [review, ...more] = setup.github.allReviews;
  expect(more).toEqual([]);
  expect(review?.comments).toEqual([]);
  expect(review?.body).toContain("It waits for nothing.");
});

test("a refusal costs the review and nothing else", async () => {
  const setup = open();
  setup.github.failNext({
    call: "createReview",
    status: 403,
    message: "Resource not accessible",
    tookEffect: false,
  });
  await setup.publisher.carryOut(publish);
  expect(setup.files.publication).toMatchObject({ final: true, pull_request: { number: 12 } });
  expect(setup.files.publication?.review).toBeUndefined();
  expect(setup.bugs).toHaveLength(1);
});

const said = (
  id: string,
  line: number | undefined,
  body: string,
  over: Partial<ThreadState> = {},
): ThreadState => ({
  id,
  first: line ?? 1,
  isResolved: false,
  isOutdated: line === undefined,
  path: "src/login.test.ts",
  line,
  comments: [{ author: bot.botLogin, body: `**⚠️ Warning**\n\n${body}` }],
  ...over,
});

test("what an earlier review said is not said again, and what is fixed of it is resolved", async () => {
  const setup = open([
    ...findings,
    { path: "src/login.test.ts", line: 1, severity: "error", text: "The password is in the log." },
  ]);
  const answered = { author: "ann", body: "No, that is meant." };
  setup.github.reviewThreads.push(
    said("same", 2, "It waits for nothing at all."),
    said("gone", undefined, "The name is misspelt."),
    said("disputed", undefined, "Use a loop.", {
      comments: [{ author: bot.botLogin, body: "Use a loop." }, answered],
    }),
    said("foreign", undefined, "Mine.", { comments: [answered] }),
    said("unchanged", 1, "Nobody found this again, and nobody touched it."),
  );
  await setup.publisher.carryOut(publish);
  const [review] = setup.github.allReviews;
  expect(review?.comments).toHaveLength(1);
  expect(review?.comments[0]?.body).toContain("password");
  expect(review?.body).toContain("1 finding · 3 from before still open · 1 resolved");
  const resolved = setup.github.reviewThreads.filter(({ isResolved }) => isResolved).map(({ id }) => id);
  expect(resolved).toEqual(["gone"]);
});

test("nothing new, no review: only what is fixed is resolved, once", async () => {
  const setup = open([]);
  setup.github.reviewThreads.push(said("gone", undefined, "The name is misspelt."));
  setup.github.failNext({ call: "resolveThread", status: 502, tookEffect: true });
  await expect(setup.publisher.carryOut(publish)).rejects.toBeInstanceOf(TransientError);
  await setup.publisher.carryOut(publish);
  expect(setup.github.writes).not.toContain("createReview");
  expect(setup.github.reviewThreads[0]?.isResolved).toBe(true);
  expect(setup.files.publication?.final).toBe(true);
});

test("what a person has resolved is not brought up again on the same lines", async () => {
  const setup = open();
  setup.github.reviewThreads.push(said("refused", 1, "It waits for nothing.", { isResolved: true }));
  await setup.publisher.carryOut(publish);
  expect(setup.github.writes).not.toContain("createReview");
});

test("changes are requested only where the repository wants it, and never of an own pull request", async () => {
  const setup = open();
  Object.assign(setup.files.job?.publish ?? {}, { request_changes_at: "note" });
  expect(setup.files.job?.publish.request_changes_at).toBe("note");
  await setup.publisher.carryOut(publish);
  expect(setup.github.allReviews).toMatchObject([{ state: "COMMENTED" }]);
});
