// `retry --from`: what the steps of an earlier job made before a step is taken over, as if they had just ended here.
import { isCandidate } from "../job/compare.ts";
import { UserError } from "../errors.ts";
import { ExecError } from "../io/exec.ts";
import { line } from "../io/git.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { stepGraph } from "../job/step-graph.ts";
import type { StepResult } from "../job/result.ts";
import type { RunnerDeps } from "./deps.ts";
import { type Change, joinChanges } from "./join-changes.ts";
import type { JobProgress } from "./job-progress.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Leaves the results, reports and patches of the steps before `rerun.from_step` in this job's artifacts and their ends
 * in its state; nothing when the job is no such one, or has begun. `tree` is the one from which its first step starts.
 * Throws UserError for what can't be taken over: another repository's job, one whose artifacts are gone, a step that
 * did not succeed, patches that don't fit.
 */
export async function takeOver(
  deps: Pick<RunnerDeps, "artifacts" | "git" | "limits">,
  job: { spec: JobSpec; progress: JobProgress; workspace: Workspace; tree: string },
): Promise<void> {
  const { spec, progress, workspace } = job;
  const { rerun } = spec;
  if (!rerun) return;
  const earlier = await deps.artifacts.readJob(rerun.job_id);
  if (!earlier || placeOf(earlier) !== placeOf(spec)) throw gone(rerun.job_id);
  const graph = stepGraph(spec.steps);
  const again = new Set([rerun.from_step, ...graph.after(rerun.from_step).map(({ step_id: id }) => id)]);
  const isOnTheWay = (stepId: string): boolean =>
    graph.before(rerun.from_step).some(({ step_id: id }) => id === stepId);
  const changes = new Map<string, Change>();
  for (const { step_id: stepId } of graph.order.filter(({ step_id: id }) => !again.has(id))) {
    const needed = graph.before(stepId);
    const before = needed.flatMap(({ step_id: id }) => changes.get(id) ?? []);
    // One beside the way to that step that did not succeed is done again, and so is what waits for it.
    if (before.length < needed.length) continue;
    const carried = before.filter((change) => !isCandidate(spec.compare, change.stepId));
    const { tree, obstacle } = await joinChanges(deps, workspace, { base: job.tree, changes: carried });
    if (obstacle) throw obstacle;
    const known = progress.state.steps.find((step) => step.step_id === stepId);
    // Taken over by an earlier run, which then died.
    if (known?.status === "success" && known.tree_after !== null) {
      changes.set(stepId, { stepId, before: tree, after: known.tree_after });
      continue;
    }
    if (known?.status !== "pending") return;
    const result = await deps.artifacts.readStepResult(rerun.job_id, stepId);
    if (result?.status !== "success") {
      if (isOnTheWay(stepId)) throw notDone(rerun.job_id, stepId);
      continue;
    }
    const patch = await deps.artifacts.readStepPatch(rerun.job_id, stepId);
    const after = patch && patch.length > 0 ? await applied(deps, workspace, { tree, patch, stepId }) : tree;
    changes.set(stepId, { stepId, before: tree, after });
    await deps.artifacts.copyStep({ from: rerun.job_id, to: spec.job_id, stepId });
    await deps.artifacts.writeStepResult(takenOver(result, spec.job_id));
    await progress.update(
      {},
      {
        step_id: stepId,
        agent: result.agent,
        status: "success",
        started_at: result.started_at,
        finished_at: result.finished_at,
        tree_before: tree,
        tree_after: after,
      },
    );
  }
}

/** It used nothing here, and its session is the other job's. */
function takenOver(result: StepResult, jobId: string): StepResult {
  return {
    ...result,
    job_id: jobId,
    session_id: null,
    metrics: { duration_ms: 0, cost_usd: 0, tokens_in: 0, tokens_out: 0 },
    warnings: [...result.warnings, `taken over from job ${result.job_id}`],
  };
}

async function applied(
  { git }: Pick<RunnerDeps, "git">,
  workspace: Workspace,
  { tree, patch, stepId }: { tree: string; patch: Buffer; stepId: string },
): Promise<string> {
  const { call } = workspace;
  await git(["read-tree", tree], call);
  try {
    await git(["apply", "--cached", "--binary", "--whitespace=nowarn", "-"], { ...call, input: patch });
  } catch (cause) {
    if (!(cause instanceof ExecError)) throw cause;
    throw new UserError(
      `the patch of the earlier job's step ${stepId} does not fit any more; retry without --from`,
      { cause, code: "patch_apply_failed" },
    );
  }
  return line(await git(["write-tree"], call));
}

/** Whose code a job works on. */
function placeOf({ repository, project_id: project, workdir }: JobSpec): string {
  if (!repository) return JSON.stringify([project, workdir]);
  return `${repository.host}/${repository.owner}/${repository.name}`.toLowerCase();
}

function gone(jobId: string): UserError {
  return new UserError(
    `the artifacts of job ${jobId} are not here any more, so there is nothing to go on from; retry without --from`,
    { code: "missing_patch" },
  );
}

function notDone(jobId: string, stepId: string): UserError {
  return new UserError(
    `the step ${stepId} of job ${jobId} did not succeed, so there is nothing to take over from it; retry from ${stepId}, or without --from`,
    { code: "invalid_job" },
  );
}
