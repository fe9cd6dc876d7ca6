// What the reviewer found is on the pull request's lines, once, also when the process dies over it.
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
let worlds = 0;

afterEach(() => world.stop());

async function expectOneReview(): Promise<void> {
  const [job = ""] = await world.published();
  const { state, app } = world.standIn;
  const [pull] = world.ownPulls();
  const reviews = state.reviews.filter((review) => review.author === app.botLogin);
  expect(reviews).toMatchObject([{ state: "COMMENTED", number: pull?.number }]);
  const comments = state.review_comments.filter((comment) => comment.author === app.botLogin);
  expect(comments).toMatchObject([{ path: "src/login.ts", side: "RIGHT", number: pull?.number }]);
  expect(comments[0]?.diff_hunk).toContain("TODO (simulated)");
  expect(comments[0]?.body).toContain("Work is marked here, not done.");
  expect(world.publication(job)?.review?.number).toBe(pull?.number);
  expect(world.artifact(job, "steps/03_review/findings.json")).toContain("src/login.ts");
  expect(world.artifact(job, "report.md")).not.toContain("```findings");
}

test("a job with a review step leaves one review with comments on the change", async () => {
  world = await createWorld(join(folder, String(++worlds)));
  await world.start();
  await world.comment(await world.openIssue(), "/agent allow five tries in src/login.ts");
  await expectOneReview();
  expect(world.standIn.violations).toEqual([]);
});

test.each([false, true])("kill -9 while it is posted (GitHub did it: %s) leaves one", async (after) => {
  world = await createWorld(join(folder, String(++worlds)));
  const first = await world.start();
  const hold = world.standIn.faults.hold({ method: "POST", path: "/repos/*/*/pulls/*/reviews", after });
  await world.comment(await world.openIssue(), "/agent allow five tries in src/login.ts");
  await hold.arrived;
  await first.kill();
  hold.drop();
  hold.remove();
  await world.start();
  await expectOneReview();
  expect(world.standIn.violations).toEqual([]);
});

test.each([false, true])(
  "`/agent review` reads a person's pull request (from a fork: %s) and reviews it",
  async (isFork) => {
    world = await createWorld(join(folder, String(++worlds)));
    const { standIn } = world;
    await world.start();
    const home = isFork ? "stranger/shop" : repo;
    if (isFork) await standIn.createRepository(home, { forkOf: repo });
    await standIn.commitFiles({
      repo: home,
      branch: "discount",
      files: { "src/discount.ts": "export const percent = 11;\n// TODO: round\n" },
      message: "feat: a discount",
      author: isFork ? "stranger" : person,
    });
    const { number, head_sha: sha } = await standIn.openPullRequest({
      repo,
      title: "A discount",
      author: isFork ? "stranger" : person,
      head: "discount",
      ...(isFork && { fork: home }),
    });
    let tooEarly = 0;
    await world.comment(number, "/agent review");
    if (isFork) {
      await world.until(
        () => world.ownComments(number).find(({ body }) => body.includes("/agent approve")),
        "the question",
      );
      tooEarly = standIn.state.reviews.length;
      await world.comment(number, `/agent approve ${sha}`);
    }
    expect(tooEarly).toBe(0);
    const [job = ""] = await world.published();
    const reviews = standIn.state.reviews.filter((review) => review.author === standIn.app.botLogin);
    expect(reviews).toMatchObject([{ state: "COMMENTED", number, commit_id: sha }]);
    const comments = standIn.state.review_comments;
    expect(comments).toMatchObject([{ path: "src/discount.ts", line: 2, side: "RIGHT" }]);
    const said = world.ownComments(number).map(({ body }) => body);
    expect(said.join("\n")).toContain(`[the review](${world.publication(job)?.review?.url})`);
    expect(world.publication(job)?.branch).toBeNull();
    expect(standIn.violations).toEqual([]);
  },
);

test("a second review says only what is new, and resolves what was fixed", async () => {
  world = await createWorld(join(folder, String(++worlds)));
  const { standIn } = world;
  await world.start();
  const push = (files: Record<string, string>) =>
    standIn.commitFiles({ repo, branch: "discount", files, message: "feat: a discount", author: person });
  await push({
    "src/discount.ts": "export const percent = 11;\n// TODO: round\n",
    "src/other.ts": "// TODO: begin\n",
  });
  const pull = { repo, title: "A discount", author: person, head: "discount" };
  const { number } = await standIn.openPullRequest(pull);
  await world.comment(number, "/agent review");
  await world.published();
  await push({
    "src/discount.ts": "export const percent = 11;\n// rounded\n",
    "src/new.ts": "// TODO: end\n",
  });
  await world.comment(number, "/agent review");
  const [, job = ""] = await world.published(2);
  const threads = standIn.state.threads.map((thread) => {
    const first = standIn.state.review_comments.find(({ id }) => id === thread.first_comment_id);
    return [first?.path, thread.resolved_by !== null];
  });
  expect(threads).toEqual([
    ["src/discount.ts", true],
    ["src/other.ts", false],
    ["src/new.ts", false],
  ]);
  expect(world.publication(job)?.findings).toEqual({ fresh: 1, open: 1, fixed: 1 });
  const said = world.ownComments(number).at(-1)?.body;
  expect(said).toContain("1 new, 1 from before still open, 1 resolved");
  expect(standIn.violations).toEqual([]);
});

test("it requests changes where agent.yml wants that, and takes it back once nothing is as grave", async () => {
  world = await createWorld(join(folder, String(++worlds)));
  const { standIn } = world;
  await world.start();
  const text = "review: { request_changes_at: note }\n";
  await standIn.commitFiles({ repo, branch: "main", files: { ".github/agent.yml": text }, author: person });
  const push = (line: string) =>
    standIn.commitFiles({ repo, branch: "rate", files: { "src/rate.ts": `${line}\n` }, author: person });
  await push("// TODO: round");
  const { number } = await standIn.openPullRequest({ repo, title: "A rate", author: person, head: "rate" });
  await world.comment(number, "/agent review");
  await world.published();
  expect(standIn.state.reviews).toMatchObject([{ state: "CHANGES_REQUESTED" }]);
  await push("export const rate = 3;");
  await world.comment(number, "/agent review");
  await world.published(2);
  expect(standIn.state.reviews).toMatchObject([{ state: "DISMISSED" }]);
  expect(standIn.violations).toEqual([]);
});
