import { join } from "node:path";
import { expect, test } from "vitest";
import { createWorker } from "../../src/runner/worker.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner } from "./house.ts";

const folder = await temporaryFolder();

test("a job's start and its end are told to the record, the end once its files are there", async () => {
  const house = await createTestRunner(join(folder, "ends"), {});
  const spec = await house.newJob([
    { step_id: "01_plan", agent: "unknown", role: "planner", prompt: "plan" },
  ]);
  const { claim, ended } = createTestClaim(spec);
  let filesAtEnd: Record<string, string | null> | undefined;
  const deps = {
    ...house.deps,
    async audit(event: (typeof house.audited)[number]) {
      await house.deps.audit(event);
      if (event.kind === "job_ended") filesAtEnd = await house.artifacts.readHashes(spec.job_id);
    },
  };
  await createWorker(deps, new AbortController().signal)(claim);
  expect(ended).toHaveLength(1);
  expect(house.audited).toMatchObject([
    { kind: "job_started", epoch: 1, attempt: 1, spec: { job_id: spec.job_id } },
    { kind: "job_ended", epoch: 1, result: { job_id: spec.job_id, status: "success" } },
  ]);
  expect(filesAtEnd).toEqual({
    "report.md": expect.stringMatching(/^[0-9a-f]{64}$/),
    "patch.diff": null,
    "logs.txt": expect.stringMatching(/^[0-9a-f]{64}$/),
    "result.json": expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("a job whose lease was lost has no end to tell", async () => {
  const house = await createTestRunner(join(folder, "lost"), {});
  const spec = await house.newJob([
    { step_id: "01_plan", agent: "unknown", role: "planner", prompt: "plan" },
  ]);
  const { claim, lose, ended } = createTestClaim(spec);
  lose();
  await createWorker(house.deps, new AbortController().signal)(claim);
  expect(ended).toEqual([]);
  expect(house.audited.map(({ kind }) => kind)).toEqual(["job_started"]);
});
