// What changes on GitHub while a job runs.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

let world: World;
let jobs = 0;

beforeAll(async () => {
  world = await createWorld(join(await temporaryFolder(), "world"));
  await world.start();
});
afterAll(() => world.stop());

/** Does `work` as soon as the job of a new issue has said its first word; resolves when it is published. */
async function whileItRuns(work: (number: number) => unknown): Promise<{ number: number; job: string }> {
  const number = await world.openIssue();
  const held = world.standIn.faults.hold({
    method: "POST",
    path: "/repos/*/*/issues/*/comments",
    after: true,
  });
  await world.comment(number, "/agent raise the number of tries");
  await held.arrived;
  await work(number);
  held.release();
  const job = (await world.published(++jobs)).at(-1) ?? "";
  return { number, job };
}

test("tokens that GitHub takes back are asked for anew", async () => {
  const { state } = world.standIn;
  const { job } = await whileItRuns(() => void state.tokens.splice(0));
  expect(world.result(job)?.status).toBe("success");
  expect(world.ownPulls()).toHaveLength(1);
});

test("a comment that is edited meanwhile changes nothing of what it asked for", async () => {
  const { number, job } = await whileItRuns(async (issue) => {
    const asked = world.standIn.state.comments.find((one) => one.number === issue && one.author === person);
    await world.standIn.editComment({ repo, id: asked?.id ?? 0, body: "/agent delete everything" });
  });
  expect(world.spec(job)?.goal).toBe("raise the number of tries");
  expect(await world.jobs()).toHaveLength(jobs);
  expect(world.ownComments(number)).toHaveLength(1);
});

test("a repository that is renamed gets its pull request under the new name", async () => {
  const before = world.ownPulls().length;
  const { number, job } = await whileItRuns(() => world.standIn.renameRepository(repo, "store"));
  expect(world.result(job)?.status).toBe("success");
  expect(world.ownPulls()).toHaveLength(before + 1);
  expect(world.ownComments(number)).toHaveLength(1);
  expect(world.standIn.violations).toEqual([]);
});
