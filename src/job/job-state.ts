// Where a job stands: state.json, rewritten after each thing that happens to it.
import { z } from "zod";
import { JobId, StepId } from "./ids.ts";
import { type JobSpec, Timestamp } from "./job-spec.ts";
import { Status } from "./result.ts";

export const StepState = z.strictObject({
  step_id: StepId,
  agent: z.string(),
  role: z.string(),
  status: z.union([z.literal("pending"), Status]),
  attempts: z.int().nonnegative(),
  started_at: Timestamp.nullable(),
  finished_at: Timestamp.nullable(),
  /** The git tree from which the step starts, and starts again after a crash. */
  tree_before: z.string().nullable(),
  tree_after: z.string().nullable(),
  /** What its runs cost so far, as far as they told. */
  cost_usd: z.number().nonnegative().nullish(),
});
export type StepState = z.infer<typeof StepState>;

export const JobState = z.strictObject({
  schema_version: z.literal("2.0"),
  job_id: JobId,
  /** Of the lease that wrote this; an older one writes nothing more. */
  epoch: z.int().nonnegative(),
  /** The ticket's crashes when this was written: more of them later mean that the runner died after it. */
  crashes: z.int().nonnegative().default(0),
  phase: z.enum(["queued", "preparing", "running", "finished"]),
  /** The commit on which a person has let the job begin, where one has to. */
  approved_sha: z.string().nullable().default(null),
  steps: z.array(StepState),
  updated_at: Timestamp,
});
export type JobState = z.infer<typeof JobState>;

/** The state of a job that waits in the queue. */
export function newJobState(spec: JobSpec, updatedAt: string): JobState {
  return {
    schema_version: "2.0",
    job_id: spec.job_id,
    epoch: 0,
    crashes: 0,
    phase: "queued",
    approved_sha: null,
    steps: spec.steps.map((step) => ({
      step_id: step.step_id,
      agent: step.agent,
      role: step.role,
      status: "pending",
      attempts: 0,
      started_at: null,
      finished_at: null,
      tree_before: null,
      tree_after: null,
    })),
    updated_at: updatedAt,
  };
}
