// How a step or a job ended: result.json.
import { z } from "zod";
import { Decision } from "./decision.ts";
import { ErrorCode } from "./error-code.ts";
import { JobId, StepId } from "./ids.ts";
import { Timestamp } from "./job-spec.ts";
import type { QueueState } from "./queue-state.ts";

export const Status = z.enum([
  "success",
  "failed",
  "retryable",
  "timeout",
  "cancelled",
  "needs_human",
  "running",
]);
export type Status = z.infer<typeof Status>;

export const ResultError = z.strictObject({
  code: ErrorCode,
  message: z.string(),
  details: z.record(z.string(), z.json()).default({}),
});
export type ResultError = z.infer<typeof ResultError>;

/** What is unknown is null, never 0. */
export const Metrics = z.strictObject({
  duration_ms: z.number().nonnegative(),
  cost_usd: z.number().nonnegative().nullable(),
  tokens_in: z.int().nonnegative().nullable(),
  tokens_out: z.int().nonnegative().nullable(),
});
export type Metrics = z.infer<typeof Metrics>;

const shared = {
  schema_version: z.literal("2.0"),
  job_id: JobId,
  status: Status,
  attempts: z.int().nonnegative(),
  started_at: Timestamp,
  finished_at: Timestamp.nullable(),
  summary: z.string(),
  change_status: z.enum(["changed", "no_changes"]),
  secrets_check: z.enum(["passed", "failed"]),
  /** Paths relative to the folder of this result; null where there is none. */
  artifacts: z.strictObject({
    report_md: z.string().nullable(),
    patch_diff: z.string().nullable(),
    logs_txt: z.string().nullable(),
    result_json: z.string(),
  }),
  metrics: Metrics,
  error: ResultError.nullable(),
  /** Things that went otherwise than asked without failing: what was ignored, cut or undone. */
  warnings: z.array(z.string()).default([]),
};

export const StepResult = z.strictObject({
  ...shared,
  kind: z.literal("step"),
  step_id: StepId,
  agent: z.string(),
  role: z.string(),
  /** True when the simulated agent stood in for `agent`. */
  simulated: z.boolean(),
  session_id: z.string().nullable(),
});
export type StepResult = z.infer<typeof StepResult>;

export const JobResult = z.strictObject({
  ...shared,
  kind: z.literal("job"),
  /** The patch as it was gated: what is published must equal this. Null when nothing changed. */
  patch: z
    .strictObject({
      base_sha: z.string(),
      tree: z.string(),
      sha256: z.string(),
      files: z.int(),
      bytes: z.int(),
    })
    .nullable(),
  steps: z.array(StepResult),
  /** How a person ended it, when it was held. */
  decision: Decision.optional(),
});
export type JobResult = z.infer<typeof JobResult>;

/** The queue state in which a ticket ends for a job's status. */
export function queueStateFor(status: Exclude<Status, "running">): QueueState {
  switch (status) {
    case "success":
      return "done";
    case "needs_human":
      return "awaiting_approval";
    case "cancelled":
      return "cancelled";
    case "failed":
    case "timeout":
    case "retryable":
      return "failed";
  }
}
