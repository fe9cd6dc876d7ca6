// Where GitHub refuses a pull request, a review or a check, and what it says instead.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StandIn } from "../../../demo/github/stand-in.ts";
import { at, clientsOf, repo, start } from "./harness.ts";

let standIn: StandIn;
let end: () => Promise<void>;
let octokit: Awaited<ReturnType<typeof clientsOf>>["octokit"];

beforeAll(async () => {
  ({ standIn, end } = await start());
  ({ octokit } = await clientsOf(standIn));
  await standIn.commitFiles({
    repo,
    branch: "f",
    files: { "src/cart.ts": "export const total = 9;\nexport const tax = 2;\n" },
    author: "alice",
  });
});

afterAll(() => end());

const open = (head: string, base = "main") => octokit.rest.pulls.create({ ...at, title: "T", head, base });
const refused = (message: RegExp) => ({
  status: 422,
  response: { data: { errors: [{ message: expect.stringMatching(message) }] } },
});

test("a pull request needs commits and is opened once", async () => {
  await octokit.rest.git.createRef({
    ...at,
    ref: "refs/heads/empty",
    sha: (await octokit.rest.repos.getBranch({ ...at, branch: "main" })).data.commit.sha,
  });
  await expect(open("empty")).rejects.toMatchObject(refused(/No commits between/));
  await expect(open("nowhere")).rejects.toMatchObject({ status: 422 });
  const { data } = await open("f");
  await expect(open("f")).rejects.toMatchObject(refused(/already exists for acme:f/));
  await octokit.rest.pulls.update({ ...at, pull_number: data.number, state: "closed" });
  expect((await open("f")).status).toBe(201);
});

test("a review points only at lines that the diff shows", async () => {
  const { data } = await octokit.rest.pulls.list({ ...at, head: "acme:f" });
  const here = { ...at, pull_number: data[0]?.number ?? 0, event: "COMMENT" as const };
  const at1 = (comment: object) =>
    octokit.rest.pulls.createReview({ ...here, comments: [{ path: "src/cart.ts", body: "x", ...comment }] });
  await expect(at1({ line: 40, side: "RIGHT" })).rejects.toMatchObject({ status: 422 });
  await expect(at1({ path: "README.md", line: 1 })).rejects.toMatchObject({ status: 422 });
  await expect(at1({ start_line: 2, line: 1 })).rejects.toMatchObject({ status: 422 });
  expect(standIn.state.reviews).toEqual([]);
  expect((await at1({ line: 1, side: "LEFT" })).status).toBe(200);
  expect((await at1({ start_line: 1, line: 2, side: "RIGHT", start_side: "RIGHT" })).status).toBe(200);
  const { data: comments } = await octokit.rest.pulls.listReviewComments({
    ...at,
    pull_number: here.pull_number,
  });
  expect(comments[0]?.diff_hunk).toMatch(/^@@ .*\n-export const total = 1;$/);
  const own = await octokit.rest.pulls
    .createReview({ ...here, event: "APPROVE" })
    .catch((error: unknown) => error);
  expect(own).toMatchObject({ status: 422 });
});

test("a check's buttons have GitHub's limits", async () => {
  const { data: main } = await octokit.rest.repos.getBranch({ ...at, branch: "main" });
  const create = (label: string, count = 1) =>
    octokit.rest.checks.create({
      ...at,
      name: "Patchbay",
      head_sha: main.commit.sha,
      actions: Array.from({ length: count }, () => ({ label, description: "d", identifier: "i" })),
    });
  expect((await create("Apply", 3)).status).toBe(201);
  await expect(create("Apply", 4)).rejects.toMatchObject({ status: 422 });
  await expect(create("more than twenty characters")).rejects.toMatchObject({ status: 422 });
  await expect(
    octokit.rest.checks.create({ ...at, name: "x", head_sha: "0".repeat(40) }),
  ).rejects.toMatchObject({ status: 422 });
});

test("refs move forward unless forced, and the default branch stays", async () => {
  const { data: main } = await octokit.rest.repos.getBranch({ ...at, branch: "main" });
  const move = (force: boolean) =>
    octokit.rest.git.updateRef({ ...at, ref: "heads/f", sha: main.commit.sha, force });
  await expect(move(false)).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining("fast forward"),
  });
  expect((await move(true)).data.object.sha).toBe(main.commit.sha);
  await expect(octokit.rest.git.deleteRef({ ...at, ref: "heads/main" })).rejects.toMatchObject({
    status: 422,
  });
  await expect(
    octokit.rest.git.createRef({ ...at, ref: "refs/heads/f", sha: main.commit.sha }),
  ).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining("Reference already exists"),
  });
});

test("a conflicting pull request is not mergeable; merging closes what the body names", async () => {
  const { number: issue } = await standIn.openIssue({ repo, title: "I", author: "alice" });
  const cart = (total: number) => ({ "src/cart.ts": `export const total = ${total};\n` });
  await standIn.commitFiles({ repo, branch: "left", files: cart(5), author: "alice" });
  await standIn.commitFiles({ repo, branch: "right", files: cart(6), author: "alice" });
  const left = await standIn.openPullRequest({
    repo,
    title: "L",
    author: "alice",
    head: "left",
    body: `Fixes #${issue}`,
  });
  const right = await standIn.openPullRequest({ repo, title: "R", author: "alice", head: "right" });
  await standIn.mergePullRequest({ repo, number: left.number, sender: "alice" });
  expect((await octokit.rest.issues.get({ ...at, issue_number: issue })).data.state).toBe("closed");
  const { data } = await octokit.rest.pulls.get({ ...at, pull_number: right.number });
  expect([data.mergeable, data.mergeable_state]).toEqual([false, "dirty"]);
  await expect(octokit.rest.pulls.merge({ ...at, pull_number: right.number })).rejects.toMatchObject({
    status: 405,
  });
  expect(standIn.violations).toEqual([]);
});
