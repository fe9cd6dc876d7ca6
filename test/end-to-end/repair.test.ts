// A check that fails on a pull request of ours: mended at most as often as the repository wants.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

let world: World;
let jobs = 0;

beforeAll(async () => {
  world = await createWorld(join(await temporaryFolder(), "world"));
  await world.start();
  const text = "on_ci_failure: { pipeline: quick, max_attempts: 1 }\n";
  const files = { ".github/agent.yml": text };
  await world.standIn.commitFiles({ repo, branch: "main", files, author: person });
});
afterAll(() => world.stop());

const nextJob = async (): Promise<string> => (await world.published(++jobs)).at(-1) ?? "";

/** The head of our one pull request. */
const head = () => world.ownPulls()[0]?.pull?.head.sha ?? "";

function fail(sha: string, name = "test") {
  return world.standIn.reportCheck({
    repo,
    sha,
    name,
    conclusion: "failure",
    output: { title: "1 failed", summary: "login.test.ts: expected 3, got 5" },
    log: "2026-01-02T03:04:05.1234567Z AssertionError: the third try was let in\n",
  });
}

test("many failed checks of one head start one repair, in the name of whoever asked for the change", async () => {
  await world.comment(await world.openIssue(), "/agent quick raise the tries in src/login.ts");
  await nextJob();
  const number = world.ownPulls()[0]?.number ?? 0;
  const broken = head();
  await Promise.all(["test", "lint", "types", "build"].map((name) => fail(broken, name)));
  const job = await nextJob();
  expect(world.spec(job)).toMatchObject({
    pipeline: "quick",
    goal: expect.stringContaining("(repair 1 of 1)"),
    requested_by: { login: person, permission: "write" },
    target: { kind: "pull_request", number },
    source: { meta: { event: "check_run", command: "on_ci_failure" } },
  });
  const prompt = world.artifact(job, `steps/${world.spec(job)?.steps[0]?.step_id}/prompt.md`);
  expect(prompt).toContain("login.test.ts: expected 3, got 5");
  expect(prompt).toContain("\nAssertionError: the third try was let in");
  expect(head()).not.toBe(broken);

  await fail(head());
  const said = await world.until(
    () => world.ownComments(number).find(({ body }) => body.includes("A person is needed"))?.body,
    "that a person is needed",
  );
  expect(said).toContain("1 repair has not mended it");
  expect(await world.jobs()).toHaveLength(jobs);
});

test("a person's own command starts the count anew; an old head and a person's pull request are left alone", async () => {
  const number = world.ownPulls()[0]?.number ?? 0;
  const old = head();
  await world.comment(number, "/agent quick try src/login.ts again");
  await nextJob();
  await fail(old);
  const ours = world.ownPulls()[0]?.pull?.head.ref ?? "";
  const before = head();
  const theirs = { "src/theirs.ts": "export const theirs = 1;\n" };
  const pushed = await world.standIn.commitFiles({ repo, branch: ours, files: theirs, author: person });
  await fail(pushed.sha);
  await world.comment(number, "/agent quick try src/login.ts once more");
  await nextJob();
  expect(head()).not.toBe(before);
  const branch = "mine";
  const files = { "src/mine.ts": "export const mine = 1;\n" };
  const { sha } = await world.standIn.commitFiles({ repo, branch, files, author: person });
  await world.standIn.openPullRequest({ repo, title: "Mine", author: person, head: branch });
  await fail(sha);
  await fail(head());
  const job = await nextJob();
  expect(world.spec(job)?.goal).toContain("repair 1 of 1");
  expect(await world.jobs()).toHaveLength(jobs);
  expect(world.standIn.violations).toEqual([]);
});
