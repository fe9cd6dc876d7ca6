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
    }),
  ),
  summary: z.string().nullable(),
  change_status: JobResult.shape.change_status.nullable(),
  patch: JobResult.shape.patch,
  metrics: JobResult.shape.metrics.nullable(),
  error: JobResult.shape.error,
  warnings: z.array(z.string()),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
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
  artifacts: Pick<Artifacts, "readState" | "readResult">,
  spec: JobSpec,
): Promise<JobResource> {
  const state = await artifacts.readState(spec.job_id);
  const result = await artifacts.readResult(spec.job_id);
  const { repository, project_id: project } = spec;
  return {
    job_id: spec.job_id,
    status: statusOf(state?.phase, result),
    created_at: spec.created_at,
    project: project ?? null,
    repository: repository ? `${repository.owner}/${repository.name}` : null,
    goal: spec.goal,
    pipeline: spec.pipeline,
    base: spec.base ?? null,
    tags: spec.tags,
    metadata: spec.metadata,
    steps: (state?.steps ?? []).map(({ tree_before: _before, tree_after: _after, ...step }) => step),
    summary: result?.summary ?? null,
    change_status: result?.change_status ?? null,
    patch: result?.patch ?? null,
    metrics: result?.metrics ?? null,
    error: result?.error ?? null,
    warnings: result?.warnings ?? [],
    started_at: result?.started_at ?? null,
    finished_at: result?.finished_at ?? null,
  };
}
