import { beforeEach, describe, expect, test } from "vitest";
import { createSubmit, type JobFiles, keyOf } from "../../src/command/submit.ts";
import { toJobSpec } from "../../src/command/to-job-spec.ts";
import type { Intent } from "../../src/job/intent.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { JobState } from "../../src/job/job-state.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { createMemoryQueue } from "../webhook/memory-queue.ts";
import { headSha } from "./fake-github.ts";
import { makeTrigger } from "./trigger.ts";

const spec = toJobSpec(
  { pipeline: "quick", text: "do it", dryRun: false, source: "/agent quick do it" },
  {
    trigger: makeTrigger(),
    ordinal: 0,
    permission: "write",
    base: { base: { ref: "main", sha: headSha } },
    thread: [],
    material: { material: [], material_left_out: [] },
    pipelines: builtInPipelines,
  },
);

let jobs: ReturnType<typeof createMemoryQueue<JobSpec>>;
let outbox: ReturnType<typeof createMemoryQueue<Intent>>;
let disk: { job?: JobSpec; state?: JobState };
/** The effects in their order; the one with this number, counted from 1, doesn't happen: the process died. */
let effects: string[];
let dieAt: number;

beforeEach(() => {
  jobs = createMemoryQueue<JobSpec>();
  outbox = createMemoryQueue<Intent>();
  disk = {};
  effects = [];
  dieAt = 0;
});

function effect(name: string): void {
  if (effects.length + 1 === dieAt) throw new Error("died");
  effects.push(name);
}

const artifacts: JobFiles = {
  async writeJob(job) {
    effect("job.json");
    disk.job ??= job;
  },
  readJob: async () => disk.job,
  async writeState(state) {
    effect("state.json");
    disk.state = state;
  },
  readState: async () => disk.state,
};

function submit(job: JobSpec = spec, at = "2026-01-02T03:05:00.000Z") {
  return createSubmit({
    jobs: {
      enqueue: async (ticket) => {
        effect("ticket");
        return jobs.enqueue(ticket);
      },
    },
    outbox: {
      enqueue: async (ticket) => {
        effect("progress");
        return outbox.enqueue(ticket);
      },
    },
    artifacts,
    clock: () => new Date(at),
  })(job);
}

test("files first, then the ticket, then the word to GitHub", async () => {
  expect(await submit()).toBe("queued");
  expect(effects).toEqual(["job.json", "state.json", "ticket", "progress"]);
  expect(jobs.tickets).toEqual([{ id: spec.job_id, key: "github.com/acme/shop#12", payload: spec }]);
  expect(JobState.parse(disk.state)).toMatchObject({
    job_id: spec.job_id,
    epoch: 0,
    phase: "queued",
    steps: [{ step_id: "01_implement", status: "pending", attempts: 0 }],
  });
  expect(outbox.tickets).toEqual([
    {
      id: `${spec.job_id}-queued`,
      key: `job:${spec.job_id}`,
      payload: { kind: "progress", job_id: spec.job_id, epoch: 0 },
    },
  ]);
});

test("twice is once", async () => {
  await submit();
  expect(await submit()).toBe("duplicate");
  expect(jobs.tickets).toHaveLength(1);
  expect(outbox.tickets).toHaveLength(1);
});

describe("a crash and a repeat end the same", () => {
  test.each([1, 2, 3, 4])("before effect %i", async (at) => {
    dieAt = at;
    await expect(submit()).rejects.toThrow("died");
    dieAt = 0;
    effects = [];
    await submit();
    expect(jobs.payloads()).toEqual([spec]);
    expect(outbox.tickets).toHaveLength(1);
    expect(disk).toMatchObject({ job: spec, state: { phase: "queued" } });
  });
});

test("a state that is there is never overwritten", async () => {
  await submit();
  const running = JobState.parse({ ...disk.state, phase: "running", epoch: 3 });
  disk.state = running;
  await submit(spec, "2026-01-02T04:00:00.000Z");
  expect(disk.state).toEqual(running);
});

test("what was written first is what runs, though the base has moved since", async () => {
  dieAt = 3;
  await expect(submit()).rejects.toThrow("died");
  dieAt = 0;
  await submit({ ...spec, base: { ref: "main", sha: "c".repeat(40) } });
  expect(jobs.payloads()).toEqual([disk.job]);
  expect(disk.job?.base?.sha).toBe(headSha);
});

test("a job that is not GitHub's has a key of its own", () => {
  const { repository: _r, target: _t, ...rest } = spec;
  expect(keyOf(rest)).toBe(`job:${spec.job_id}`);
});
