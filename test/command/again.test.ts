// `retry` and `continue`, with a real queue: which job is meant, and what the new one is.
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Again, earlierJob } from "../../src/command/again.ts";
import { parse } from "../../src/command/parse.ts";
import { keyOf } from "../../src/command/submit.ts";
import { type JobCommand, toJobSpec } from "../../src/command/to-job-spec.ts";
import { newId } from "../../src/job/ids.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { headSha } from "./fake-github.ts";
import { makeTrigger } from "./trigger.ts";

const root = await temporaryFolder();
const command: JobCommand = { pipeline: "quick", text: "do it", dryRun: false, source: "/agent quick do it" };
const noMaterial = { material: [], material_left_out: [] };

let queues = 0;
let jobs: Queue<JobSpec>;
beforeEach(async () => {
  const folder = join(root, String(++queues));
  jobs = await createFsQueue<JobSpec>({ root: folder, payload: JobSpec, leaseMs: 600_000, maxCrashes: 3 });
});
afterEach(() => jobs.close());

function specOf(said: JobCommand, at = "01:00", earlier?: JobSpec, unpublished = false): JobSpec {
  const spec = toJobSpec(said, {
    trigger: makeTrigger(),
    ordinal: 0,
    permission: "write",
    base: { base: { ref: "main", sha: headSha } },
    thread: [],
    material: noMaterial,
    pipelines: builtInPipelines,
    ...(earlier && { earlier, unpublished }),
  });
  return { ...spec, job_id: newId(), created_at: `2026-01-02T${at}:00.000Z` };
}

async function put(end: "complete" | "fail" | "leave", spec: JobSpec): Promise<JobSpec> {
  await jobs.enqueue({ id: spec.job_id, key: keyOf(spec), payload: spec });
  if (end === "leave") return spec;
  const claim = await jobs.claim();
  if (end === "complete") await claim?.complete();
  else await claim?.fail("no");
  return spec;
}

const meant = (again: Again, number = 12) => earlierJob(jobs, makeTrigger({ subject: { number } }), again);

describe("which job is meant", () => {
  test("the last one that ended here, however it did; what waits is not", async () => {
    await put("complete", specOf(command, "01:00"));
    const last = await put("fail", specOf(command, "02:00"));
    await put("leave", specOf(command, "03:00"));
    expect((await meant({ verb: "retry" })).job_id).toBe(last.job_id);
  });

  test("or the one that is named", async () => {
    const first = await put("complete", specOf(command, "01:00"));
    await put("complete", specOf(command, "02:00"));
    expect((await meant({ verb: "retry", job: first.job_id })).job_id).toBe(first.job_id);
  });

  test("none is said so, as is one that has not ended and one of another repository", async () => {
    await expect(meant({ verb: "continue" })).rejects.toThrow(
      "No job has ended here, so there is nothing to continue",
    );
    const waiting = await put("leave", specOf(command));
    await expect(meant({ verb: "retry", job: waiting.job_id })).rejects.toThrow("has not ended yet");
    await expect(meant({ verb: "retry", job: newId() })).rejects.toThrow("There is no job");
    await expect(meant({ verb: "retry" }, 13)).rejects.toThrow("No job has ended here");
  });

  test("never one that was asked for after the command", async () => {
    await put("complete", specOf(command, "04:00"));
    await expect(meant({ verb: "retry" })).rejects.toThrow("No job has ended here");
  });
});

describe("the new job", () => {
  const earlier = specOf({ ...command, pipeline: "plan", text: "a cart", agent: "codex", dryRun: true });

  test("of a retry asks for the same", () => {
    const again = specOf({ ...command, text: "", again: { verb: "retry" } }, "02:00", earlier);
    expect(again).toMatchObject({ pipeline: "plan", goal: "a cart", steps: earlier.steps, dry_run: true });
    expect(again).not.toHaveProperty("follows");
  });

  test("of a retry with another agent changes only that", () => {
    const again = specOf(
      { ...command, text: "", agent: "claude", again: { verb: "retry" } },
      "02:00",
      earlier,
    );
    expect(again.steps).toEqual(earlier.steps.map((step) => ({ ...step, agent: "claude" })));
  });

  test("of a continue lets the sessions go on with new words", () => {
    const said: JobCommand = { ...command, text: "and a till", again: { verb: "continue" } };
    const again = specOf(said, "02:00", earlier);
    expect(again).toMatchObject({
      pipeline: "plan",
      goal: "and a till",
      follows: earlier.job_id,
      dry_run: false,
    });
    expect(again.carries).toBeUndefined();
  });

  test("of a continue without words is for a change that was not published", () => {
    const silent: JobCommand = { ...command, text: "", again: { verb: "continue" } };
    expect(() => specOf(silent, "02:00", earlier)).toThrow("`continue` needs the words");
    const again = specOf(silent, "02:00", earlier, true);
    expect(again).toMatchObject({ goal: earlier.goal, carries: earlier.job_id, follows: earlier.job_id });
    expect(specOf({ ...silent, text: "", again: { verb: "retry" } }, "03:00", again)).toMatchObject({
      carries: earlier.job_id,
    });
  });
});

describe("the words", () => {
  const read = (body: string) => parse(body, { pipelines: builtInPipelines, agents: ["codex"] });
  const job = "0123456789abcdef0123456789abcdef";

  test.each([
    ["/agent retry", { again: { verb: "retry" }, text: "" }],
    ["/agent Retry: --agent codex", { again: { verb: "retry" }, agent: "codex" }],
    [`/agent retry ${job}`, { again: { verb: "retry", job }, text: "" }],
    [
      "/agent continue say it in the README\ntoo",
      { again: { verb: "continue" }, text: "say it in the README\ntoo" },
    ],
    ["/agent -- retry the upload when it fails", { text: "retry the upload when it fails" }],
  ])("%s", (body, wanted) => {
    expect(read(body)).toMatchObject({ kind: "commands", commands: [wanted] });
  });

  test("/agent retry with other words is named", () => {
    const wanted = { kind: "reply", body: expect.stringContaining("`retry` takes the id of a job at most") };
    expect(read("/agent retry the upload when it fails")).toMatchObject(wanted);
  });
});
