// How a step or a job ended: result.json.
import { z } from "zod";
import { CandidateLabel } from "./compare.ts";
import { Decision } from "./decision.ts";
import { ErrorCode } from "./error-code.ts";
import { JobId, StepId } from "./ids.ts";
import { Timestamp } from "./job-spec.ts";
import type { QueueState } from "./queue-state.ts";
import { Verified } from "./verify.ts";

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
  /** What came of the job's `verify`; absent where there was nothing to try. */
  verified: Verified.optional(),
});
export type StepResult = z.infer<typeof StepResult>;

/** A patch as it was gated: what is published must equal it. */
const GatedPatch = z.strictObject({
  base_sha: z.string(),
  tree: z.string(),
  sha256: z.string(),
  files: z.int(),
  bytes: z.int(),
});

/** One of two changes of which a person takes one. */
export const Candidate = z.strictObject({
  label: CandidateLabel,
  step_id: StepId,
  agent: z.string(),
  status: Status,
  /** Null when there is nothing to choose: nothing changed, or the change can't be kept. */
  patch: GatedPatch.nullable(),
  secrets_check: z.enum(["passed", "failed"]),
  /** What the gate says against it; without a patch: why there is none. */
  error: ResultError.nullable(),
});
export type Candidate = z.infer<typeof Candidate>;

export const JobResult = z.strictObject({
  ...shared,
  kind: z.literal("job"),
  /** Null when nothing changed, and as long as one of the candidates is to be chosen. */
  patch: GatedPatch.nullable(),
  candidates: z.array(Candidate).max(2).optional(),
  chosen: CandidateLabel.optional(),
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
