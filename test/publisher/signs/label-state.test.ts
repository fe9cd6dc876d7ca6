// The label that started a job makes room for the one that says where the job stands.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobSpec } from "../../../src/job/job-spec.ts";
import type { GitWorld } from "../git-world.ts";
import { jobId, resultOf, specOf, stateOf } from "../job.ts";
import { createSetup, createShop } from "../setup.ts";

const progress = { kind: "progress", job_id: jobId, epoch: 1 } as const;
const publish = { kind: "publish", job_id: jobId, epoch: 1 } as const;
const source: JobSpec["source"] = { type: "webhook", meta: { action: "labeled", command: "agent:fix" } };

let world: GitWorld;
beforeAll(async () => {
  world = await createShop();
});
afterAll(() => world.remove());

test("running, then done; repeats ask GitHub for nothing", async () => {
  const setup = createSetup(world, { job: specOf({ source }) });
  setup.github.labels.add("agent:fix").add("agent:failed").add("bug");
  await setup.publisher.carryOut({ ...progress, epoch: 0 });
  expect([...setup.github.labels]).toEqual(["bug", "agent:running"]);
  expect([...setup.github.knownLabels]).toEqual(["agent:running"]);

  setup.files.state = stateOf("running");
  await setup.publisher.carryOut(progress);
  const { length } = setup.github.writes;
  await setup.publisher.carryOut(progress);
  expect(setup.github.writes).toHaveLength(length);

  setup.files.state = stateOf("finished");
  setup.files.result = resultOf({ patch: null });
  // A person asks again meanwhile: that label is a job of its own, and not this one's to take off.
  setup.github.labels.add("agent:fix");
  await setup.publisher.carryOut(publish);
  expect([...setup.github.labels]).toEqual(["bug", "agent:fix", "agent:done"]);
});

test.each([
  ["failed", "agent:failed"],
  ["timeout", "agent:failed"],
  ["needs_human", "agent:needs-human"],
] as const)("%s is shown as %s", async (status, label) => {
  const result = resultOf({ status, patch: null });
  const setup = createSetup(world, { job: specOf({ source }), state: stateOf("finished"), result });
  setup.github.labels.add("agent:fix");
  await setup.publisher.carryOut(publish);
  expect([...setup.github.labels]).toEqual([label]);
});

test("a cancelled job leaves none", async () => {
  const setup = createSetup(world, { job: specOf({ source }), state: stateOf("running") });
  setup.github.labels.add("agent:fix");
  await setup.publisher.carryOut(progress);
  Object.assign(setup.files, {
    state: stateOf("finished"),
    result: resultOf({ status: "cancelled", patch: null }),
  });
  await setup.publisher.carryOut(publish);
  expect([...setup.github.labels]).toEqual([]);
});

test("a label that a person took off isn't put back while the job still runs", async () => {
  const setup = createSetup(world, { job: specOf({ source }), state: stateOf("preparing") });
  await setup.publisher.carryOut(progress);
  setup.github.labels.clear();
  setup.files.state = stateOf("running");
  await setup.publisher.carryOut(progress);
  expect([...setup.github.labels]).toEqual([]);
});

test("a job that a comment started labels nothing", async () => {
  const setup = createSetup(world, { job: specOf(), state: stateOf("running") });
  await setup.publisher.carryOut(progress);
  expect(setup.github.writes).toEqual(["createComment"]);
});

test("what GitHub refuses is logged once and fails nothing; what passes is tried again", async () => {
  const setup = createSetup(world, { job: specOf({ source }), state: stateOf("running") });
  const message = "Resource not accessible by integration";
  for (const _ of [1, 2]) {
    setup.github.failNext({ call: "ensureLabel", status: 403, message, tookEffect: false });
    await setup.publisher.carryOut(progress);
  }
  expect(setup.warnings).toHaveLength(1);
  expect(JSON.stringify(setup.warnings)).toContain("give the App this permission");
  setup.github.failNext({ call: "addLabel", status: 502, tookEffect: true });
  await expect(setup.publisher.carryOut(progress)).rejects.toThrow("502");
  await setup.publisher.carryOut(progress);
  expect([...setup.github.labels]).toEqual(["agent:running"]);
  expect(setup.files.publication?.label).toBe("agent:running");
});
