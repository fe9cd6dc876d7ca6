// A job as the gateway shows it: from its files, whatever of them is there yet.
import { z } from "zod";
import type { Artifacts } from "../artifacts/store.ts";
import { JobSpec } from "../job/job-spec.ts";
import { StepState } from "../job/job-state.ts";
import { JobResult, Status } from "../job/result.ts";

export const JobStatus = z.union([z.enum(["queued", "preparing"]), Status]);

export const JobResource = z.strictObject({
  job_id: z.string(),
  status: JobStatus,
  created_at: z.string(),
  project: z.string().nullable(),
  repository: z.string().nullable(),
  /** Of the issue or pull request on which it was asked for. */
  number: z.int().nullable(),
  /** A login on GitHub. */
  requested_by: z.string().nullable(),
  goal: z.string(),
  pipeline: z.string(),
  base: JobSpec.shape.base.nullable(),
  tags: z.array(z.string()),
  metadata: JobSpec.shape.metadata,
  steps: z.array(
    StepState.pick({
      step_id: true,
      agent: true,
      role: true,
      status: true,
      attempts: true,
      started_at: true,
      finished_at: true,
      cost_usd: true,
    }).extend({ simulated: z.boolean().describe("whether a built-in agent stood in for its agent") }),
  ),
  summary: z.string().nullable(),
  change_status: JobResult.shape.change_status.nullable(),
  patch: JobResult.shape.patch,
  metrics: JobResult.shape.metrics.nullable(),
  error: JobResult.shape.error,
  warnings: z.array(z.string()),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  /** What of it is on GitHub. */
  comment_url: z.string().nullable(),
  branch: z.string().nullable(),
  pull_request_url: z.string().nullable(),
});
export type JobResource = z.infer<typeof JobResource>;

/** The state's word while the job goes on, the result's once it has ended. */
function statusOf(phase: string | undefined, result: JobResult | undefined): z.infer<typeof JobStatus> {
  if (phase === "finished" && result) return result.status;
  // A job that was approved waits again, with the result of before.
  if (phase === "running" || phase === "preparing") return phase;
  return "queued";
}

/** Throws UserError when one of its files is damaged. */
export async function readJobResource(
  artifacts: Pick<Artifacts, "readState" | "readResult" | "readPublication">,
  spec: JobSpec,
): Promise<JobResource> {
  const state = await artifacts.readState(spec.job_id);
  const result = await artifacts.readResult(spec.job_id);
  const published = await artifacts.readPublication(spec.job_id);
  const { repository, project_id: project } = spec;
  return {
    job_id: spec.job_id,
    status: statusOf(state?.phase, result),
    created_at: spec.created_at,
    project: project ?? null,
    repository: repository ? `${repository.owner}/${repository.name}` : null,
    number: spec.target?.number ?? null,
    requested_by: spec.requested_by?.login ?? null,
    goal: spec.goal,
    pipeline: spec.pipeline,
    base: spec.base ?? null,
    tags: spec.tags,
    metadata: spec.metadata,
    steps: (state?.steps ?? []).map(({ tree_before: _before, tree_after: _after, ...step }) => ({
      ...step,
      simulated: result?.steps.find(({ step_id: id }) => id === step.step_id)?.simulated ?? false,
    })),
    summary: result?.summary ?? null,
    change_status: result?.change_status ?? null,
    patch: result?.patch ?? null,
    metrics: result?.metrics ?? null,
    error: result?.error ?? null,
    warnings: [...new Set([result, ...(result?.steps ?? [])].flatMap((one) => one?.warnings ?? []))],
    started_at: result?.started_at ?? null,
    finished_at: result?.finished_at ?? null,
    comment_url: published?.comment?.url ?? null,
    branch: published?.branch?.name ?? null,
    pull_request_url: published?.pull_request?.url ?? null,
  };
}
