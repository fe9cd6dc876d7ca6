// The check runs of a job: what they say, their buttons, and on which commits they are.
import { afterAll, beforeAll, expect, test } from "vitest";
import { readButtonId } from "../../../src/job/button.ts";
import type { JobResult } from "../../../src/job/result.ts";
import type { GitWorld } from "../git-world.ts";
import { jobId, resultOf, specOf, stateOf } from "../job.ts";
import { createSetup, createShop, type Files } from "../setup.ts";

const progress = { kind: "progress", job_id: jobId, epoch: 1 } as const;
const publish = { kind: "publish", job_id: jobId, epoch: 1 } as const;
const head = "d".repeat(40);
const onPull = specOf({
  target: {
    kind: "pull_request",
    number: 9,
    title: "A change",
    body: "",
    author: "bob",
    head_ref: "feature",
  },
  base: { ref: "feature", sha: head },
});

let world: GitWorld;
beforeAll(async () => {
  world = await createShop();
});
afterAll(() => world.remove());

function ended(change: Partial<JobResult>): Files {
  return { job: onPull, state: stateOf("finished"), result: resultOf({ patch: null, ...change }) };
}

test("is made when the job starts, follows its steps, and ends with the report", async () => {
  const setup = createSetup(world, { job: onPull });
  await setup.publisher.carryOut({ ...progress, epoch: 0 });
  expect(setup.github.checks).toEqual([]);

  setup.files.state = stateOf("running");
  await setup.publisher.carryOut(progress);
  const { github } = setup;
  expect(github.checks).toMatchObject([
    {
      name: "patchbay / default",
      head_sha: head,
      external_id: jobId,
      status: "in_progress",
      output: { title: "Implement, step 2 of 3" },
      actions: [{ label: "Cancel" }],
    },
  ]);
  const { length } = github.writes;
  await setup.publisher.carryOut(progress);
  expect(github.writes).toHaveLength(length);

  Object.assign(setup.files, { ...ended({}), report: "All is well <!-- hidden -->here.\n" });
  await setup.publisher.carryOut(publish);
  expect(github.checks).toMatchObject([{ status: "completed", conclusion: "neutral", actions: [] }]);
  const summary = github.checks[0]?.output.summary ?? "";
  expect(summary).toContain("All is well");
  expect(summary).not.toContain("hidden");
});

test.each([
  ["failed", "failure", ["Retry"]],
  ["timeout", "failure", ["Retry"]],
  ["cancelled", "cancelled", ["Retry"]],
  ["needs_human", "action_required", ["Approve", "Discard"]],
] as const)("%s is concluded as %s", async (status, conclusion, labels) => {
  const setup = createSetup(world, { ...ended({ status }) });
  setup.files.publication = {
    schema_version: "2.0",
    job_id: jobId,
    epoch: 1,
    comment: null,
    branch: null,
    pull_request: null,
    final: false,
    checks: [{ head_sha: head, id: 1, sha256: "x" }],
    updated_at: "2026-03-04T05:06:07.000Z",
  };
  setup.github.checks.push({
    id: 1,
    name: "patchbay / default",
    head_sha: head,
    external_id: jobId,
    status: "in_progress",
    output: { title: "", summary: "" },
    actions: [],
  });
  await setup.publisher.carryOut(publish);
  expect(setup.github.checks).toMatchObject([{ conclusion, actions: labels.map((label) => ({ label })) }]);
  for (const { identifier, label, description } of setup.github.checks[0]?.actions ?? []) {
    expect(Math.max(identifier.length, label.length)).toBeLessThanOrEqual(20);
    expect(description.length).toBeLessThanOrEqual(40);
    expect(readButtonId(identifier, jobId)).toBe(label.toLowerCase());
    expect(readButtonId(identifier, jobId.replaceAll("b5", "b6"))).toBeUndefined();
  }
});

test("one whose answer was lost is found again", async () => {
  const setup = createSetup(world, { job: onPull, state: stateOf("running") });
  setup.github.failNext({ call: "createCheckRun", status: 502, tookEffect: true });
  await expect(setup.publisher.carryOut(progress)).rejects.toThrow("502");
  await setup.publisher.carryOut(progress);
  expect(setup.github.checks).toHaveLength(1);
});

test("a permission that is missing fails nothing and is logged once", async () => {
  const setup = createSetup(world, { job: onPull, state: stateOf("running") });
  const message = "Resource not accessible by integration";
  for (const _ of [1, 2]) {
    setup.github.failNext({ call: "createCheckRun", status: 403, message, tookEffect: false });
    await setup.publisher.carryOut(progress);
  }
  expect(setup.warnings).toHaveLength(1);
  expect(setup.github.allComments()).toHaveLength(1);
});

test("a job on an issue has one on the commit that it pushed, and none before", async () => {
  const setup = createSetup(world, { job: specOf(), state: stateOf("running") });
  await setup.publisher.carryOut(progress);
  expect(setup.github.checks).toEqual([]);
  const record = setup.files.publication;
  if (!record) throw new Error("nothing was noted");
  setup.files.publication = { ...record, branch: { name: "patchbay/7-x", sha: "e".repeat(40) }, final: true };
  Object.assign(setup.files, { state: stateOf("finished"), result: resultOf() });
  await setup.publisher.carryOut(publish);
  expect(setup.github.checks).toMatchObject([{ head_sha: "e".repeat(40), conclusion: "success" }]);
});
