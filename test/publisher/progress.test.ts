// One comment that follows the job, and the small answers.
import { afterAll, beforeAll, expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import { jobMarker } from "../../src/job/job-marker.ts";
import { replyMarker } from "../../src/publisher/render/marker.ts";
import { bot } from "./fake-github.ts";
import type { GitWorld } from "./git-world.ts";
import { jobId, repository, resultOf, specOf, stateOf } from "./job.ts";
import { createSetup, createShop } from "./setup.ts";

const progress = { kind: "progress", job_id: jobId, epoch: 1 } as const;

let world: GitWorld;
beforeAll(async () => {
  world = await createShop();
});
afterAll(() => world.remove());

test("is created once, edited on change only, and follows the job", async () => {
  const setup = createSetup(world, { job: specOf() });
  setup.place({ ahead: 2, startsAt: undefined });
  await setup.publisher.carryOut({ ...progress, epoch: 0 });
  expect(setup.github.allComments()[0]?.body).toContain("2 jobs ahead");
  await setup.publisher.carryOut({ ...progress, epoch: 0 });
  expect(setup.github.writes).toEqual(["createComment"]);

  setup.files.state = stateOf("running");
  await setup.publisher.carryOut(progress);
  await setup.publisher.carryOut(progress);
  expect(setup.github.writes).toEqual(["createComment", "updateComment"]);
  expect(setup.github.allComments()).toHaveLength(1);
  expect(setup.github.allComments()[0]?.body).toContain("Implement, step 2 of 3");
  expect(setup.files.publication).toMatchObject({ epoch: 1, final: false });
});

test("what an older holder has to say is dropped, and what comes after the end", async () => {
  const setup = createSetup(world, { job: specOf(), state: stateOf("running") });
  await setup.publisher.carryOut({ ...progress, epoch: 3 });
  setup.files.state = stateOf("preparing");
  await setup.publisher.carryOut({ ...progress, epoch: 2 });
  expect(setup.github.writes).toEqual(["createComment"]);

  setup.files.result = resultOf({ patch: null });
  await setup.publisher.carryOut({ ...progress, kind: "publish", epoch: 3 });
  const said = setup.github.allComments()[0]?.body;
  await setup.publisher.carryOut({ ...progress, epoch: 4 });
  expect(setup.github.allComments()[0]?.body).toBe(said);
});

test("a held job's comment isn't covered by a late word on its progress", async () => {
  const result = resultOf({ status: "needs_human", patch: null });
  const setup = createSetup(world, { job: specOf(), state: stateOf("finished"), result });
  await setup.publisher.carryOut({ ...progress, kind: "publish" });
  await setup.publisher.carryOut(progress);
  expect(setup.github.writes).toEqual(["createComment"]);
});

test("a create whose answer was lost is found again", async () => {
  const setup = createSetup(world, { job: specOf(), state: stateOf("running") });
  setup.github.comment(`${jobMarker(jobId)}\nI am the bot`, { login: "mallory" });
  setup.github.failNext({ call: "createComment", status: 502, tookEffect: true });
  await expect(setup.publisher.carryOut(progress)).rejects.toBeInstanceOf(TransientError);
  await setup.publisher.carryOut(progress);
  expect(setup.github.writes).toEqual(["createComment"]);
  expect(setup.github.allComments()).toHaveLength(2);
  expect(setup.files.publication?.comment?.id).toBe(setup.github.allComments()[1]?.id);
});

test("a progress comment that a person deleted stays deleted; the final one is posted anew", async () => {
  const setup = createSetup(world, { job: specOf() });
  await setup.publisher.carryOut(progress);
  setup.github.erase(setup.github.allComments()[0]?.id ?? 0);
  setup.files.state = stateOf("running");
  await setup.publisher.carryOut(progress);
  expect(setup.github.allComments()).toHaveLength(0);
  setup.files.result = resultOf({ patch: null });
  await setup.publisher.carryOut({ ...progress, kind: "publish" });
  expect(setup.github.allComments()).toHaveLength(1);
});

test("a thread that GitHub has locked is a person's matter", async () => {
  const setup = createSetup(world, { job: specOf() });
  const message = "Unable to create comment because issue is locked.";
  setup.github.failNext({ call: "createComment", status: 403, message, tookEffect: false });
  await expect(setup.publisher.carryOut(progress)).rejects.toBeInstanceOf(UserError);
});

test("a reaction is passed on", async () => {
  const setup = createSetup(world, {});
  const subject = { type: "issue_comment", comment_id: 5 } as const;
  await setup.publisher.carryOut({ kind: "react", repository, subject, content: "eyes" });
  expect(setup.github.reactions.size).toBe(1);
});

test("a reply is posted once, also when its answer was lost or somebody imitates it", async () => {
  const setup = createSetup(world, {});
  const marker = "0198f3c1a2b3-0";
  const reply = {
    kind: "reply",
    repository,
    number: 7,
    marker,
    body: "No option `--agnet`; use `--agent`.",
  } as const;
  setup.github.comment(replyMarker(marker), { login: "mallory" });
  setup.github.failNext({ call: "createComment", status: 500, tookEffect: true });
  await expect(setup.publisher.carryOut(reply)).rejects.toBeInstanceOf(TransientError);
  await setup.publisher.carryOut(reply);
  await setup.publisher.carryOut(reply);
  const ours = setup.github.allComments().filter((comment) => comment.user?.login === bot.botLogin);
  expect(ours.map((comment) => comment.body)).toEqual([`${replyMarker(marker)}\n${reply.body}`]);
});
