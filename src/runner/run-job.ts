// One job from its claim to its result. Reads from top to bottom as the job goes.
import { TransientError, UserError, explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { StepState } from "../job/job-state.ts";
import type { JobResult, ResultError } from "../job/result.ts";
import { type Claim, LeaseLostError } from "../queue/contract.ts";
import { type SeenTree, withOwnConfiguration, withTrustedConfiguration } from "./agent-configuration.ts";
import { approvalMissing } from "./approval.ts";
import { concludeJob, type JobEnd } from "./conclude-job.ts";
import type { RunnerDeps } from "./deps.ts";
import { openProgress, type JobProgress } from "./job-progress.ts";
import { type RunMetrics, unknownMetrics } from "./metrics.ts";
import { nextStep } from "./pipeline.ts";
import type { StepReport } from "./report.ts";
import { runStep } from "./run-step.ts";
import { stopReason } from "./stop.ts";
import { takeOver } from "./take-over.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/**
 * Runs the job, or the rest of it after a crash, and returns its result once every artifact is written and the
 * publication is asked for. A job that ended before its runner died is only concluded again.
 *
 * Throws the signal's reason when the lease was lost or the process drains, and TransientError when GitHub or
 * the network is not well and `lastTry` is false; any other failure is a result.
 */
export async function runJob(
  deps: RunnerDeps,
  claim: Claim<JobSpec>,
  { signal, lastTry }: { signal: AbortSignal; lastTry: boolean },
): Promise<JobResult> {
  const spec = claim.ticket.payload;
  const progress = await openProgress(deps, claim);
  const earlier = await endedBefore(deps, claim, progress);
  if (earlier) return concludeJob(deps, { claim, progress, end: { kind: "again", result: earlier } });

  const startedAt = deps.clock();
  let end: JobEnd;
  await deps.artifacts.prepare(spec);
  await deps.artifacts.writeJob(spec);
  const error = approvalMissing(spec, progress.state.approved_sha);
  if (error) {
    end = { kind: "broken", status: "needs_human", error, startedAt, spec };
    return concludeJob(deps, { claim, progress, end });
  }
  try {
    const { base, repository } = spec;
    if (!base) throw new UserError("the job names no base commit; submit it again", { code: "invalid_job" });
    await progress.update({ phase: "preparing" });
    const workspace = await prepareWorkspace(deps, { ...spec, base }, signal);
    const from = repository
      ? `${repository.owner}/${repository.name}`
      : (spec.project_id ?? "the repository");
    const at = `${base.ref} at ${base.sha.slice(0, 12)}`;
    deps.log.info({ stage: "workspace" }, `${from}, ${at}, is in the mirror`);
    await progress.update({ phase: "running" });
    const ran = await runSteps(deps, { spec, claim, progress, workspace, signal });
    end = { kind: "ended", ...ran, workspace, startedAt, spec };
  } catch (error) {
    const stopped = stopReason(signal);
    if (stopped === "lost" || stopped === "drained") throw signal.reason;
    if (error instanceof LeaseLostError) throw error;
    // Whatever a cancel broke off: that is its end, and nothing to be tried again.
    if (stopped !== "cancelled" && error instanceof TransientError && !lastTry) throw error;
    end =
      stopped === "cancelled"
        ? { kind: "broken", status: "cancelled", error: undefined, startedAt, spec }
        : { kind: "broken", status: "failed", error: asResultError(deps, error), startedAt, spec };
  }
  // Not within the try: a job that has its end must not be given another one.
  return concludeJob(deps, { claim, progress, end });
}

/** What a person is told: the error itself when it is meant for people, else only that it is a bug. */
function asResultError(deps: RunnerDeps, error: unknown): ResultError {
  if (error instanceof UserError || error instanceof TransientError) {
    return { code: error.code, message: explain(error), details: {} };
  }
  deps.log.error({ err: error }, "a bug ended this job");
  return {
    code: "internal",
    message: "a bug in Patchbay; its operator finds the trace in the log under the job's id",
    details: {},
  };
}

/** The result of a run that ended before its runner died; undefined when there is work to do. */
async function endedBefore(
  deps: RunnerDeps,
  claim: Claim<JobSpec>,
  progress: JobProgress,
): Promise<JobResult | undefined> {
  if (progress.state.phase !== "finished" || claim.ticket.crashes <= progress.state.crashes) return undefined;
  return deps.artifacts.readResult(claim.ticket.payload.job_id);
}

async function prepareWorkspace(
  deps: RunnerDeps,
  spec: JobSpec & Required<Pick<JobSpec, "base">>,
  signal: AbortSignal,
): Promise<Workspace> {
  const mirror = await deps.fetchBase(spec, signal);
  return openWorkspace(
    { root: deps.workspacesRoot, git: deps.git },
    { jobId: spec.job_id, mirror, base: spec.base, signal },
  );
}

interface StepsRun {
  spec: JobSpec;
  claim: Claim<JobSpec>;
  progress: JobProgress;
  workspace: Workspace;
  signal: AbortSignal;
}

async function runSteps(
  deps: RunnerDeps,
  { spec, claim, progress, workspace, signal }: StepsRun,
): Promise<Pick<Extract<JobEnd, { kind: "ended" }>, "status" | "steps" | "runs" | "tree" | "notes">> {
  const reports = new Map<string, StepReport>();
  const runs: RunMetrics[] = [];
  const sessions = new Map<string, string>();
  const visits = new Map<string, number>();
  const own = workspace.baseTree;
  const seen = await seenTree(deps, workspace, spec);
  let tree = seen.tree;
  await takeOver(deps, { spec, progress, workspace, tree });
  let stands: string | undefined;

  for (let index = 0; ;) {
    const step = spec.steps[index];
    const known = progress.state.steps[index];
    if (!step || !known) throw new Error(`job ${spec.job_id} has no step ${index}`);

    // After a restart: what succeeded before is not done again, unless a loop has changed what it stood on.
    const asBefore = !visits.has(step.step_id) && known.tree_before === tree;
    const kept = asBefore ? await finishedStep(deps, workspace, known) : undefined;
    if (kept) {
      reports.set(step.step_id, kept);
      runs.push(kept.result);
      tree = known.tree_after ?? tree;
    } else {
      const treeBefore = tree;
      // A run that was cut by its runner's end: what it used is unknown.
      const wasCut = known.status === "running" && known.attempts > 0;
      if (stands !== treeBefore || known.attempts > 0) await workspace.checkOut(treeBefore, signal);
      const startedAt = deps.clock().toISOString();
      const end = await runStep(deps, {
        spec,
        step,
        workspace,
        treeBefore,
        signal,
        assertHeld: () => claim.assertHeld(),
        onAttempt: (attempts) =>
          progress.update(
            {},
            {
              step_id: step.step_id,
              status: "running",
              attempts,
              started_at: startedAt,
              tree_before: treeBefore,
            },
          ),
      });
      reports.set(step.step_id, { result: end.result, text: end.report });
      runs.push(end.result);
      if (wasCut) runs.push({ simulated: end.result.simulated, metrics: unknownMetrics });
      const by = `${step.role} ${step.agent}${end.result.simulated ? " (simulated)" : ""}`;
      const ms = end.result.metrics.duration_ms;
      deps.log.info({ stage: "step", ms }, `${step.step_id}, ${by}: ${end.result.status} in ${ms} ms`);
      tree = end.treeAfter;
      stands = end.clean ? tree : undefined;
      await progress.update(
        {},
        {
          step_id: step.step_id,
          status: end.result.status,
          attempts: end.result.attempts,
          finished_at: end.result.finished_at,
          tree_after: tree,
          cost_usd: costOf(known, end.result),
        },
      );
    }
    const { result } = reports.get(step.step_id) ?? {};
    if (!result || result.status === "running") throw new Error(`step ${step.step_id} has no end`);
    if (result.session_id !== null) sessions.set(step.step_id, result.session_id);
    visits.set(step.step_id, (visits.get(step.step_id) ?? 0) + 1);
    await writeContext(deps, spec, sessions);

    const next = nextStep(spec.steps, { index, status: result.status, visits });
    if (next.kind === "end") {
      const end = { own, seen: seen.tree, result: tree };
      tree = await withOwnConfiguration(deps.git, workspace, end);
      return { status: next.status, steps: [...reports.values()], runs, tree, notes: notesOf(seen) };
    }
    index = next.index;
  }
}

/** What a step has cost with all of its visits; null when none of them told. */
function costOf({ cost_usd: before }: StepState, { metrics }: StepReport["result"]): number | null {
  if (before === null || before === undefined) return metrics.cost_usd;
  return before + (metrics.cost_usd ?? 0);
}

/** What agents see of the base: on a pull request without its own configuration of agents' programs. */
async function seenTree({ git }: RunnerDeps, workspace: Workspace, { target }: JobSpec): Promise<SeenTree> {
  const sha = target?.base_sha;
  const isPullRequest = target !== undefined && target.kind !== "issue";
  if (!isPullRequest && sha === undefined) return { tree: workspace.baseTree, replaced: [] };
  const isThere =
    sha !== undefined &&
    (await git(["cat-file", "-e", `${sha}^{commit}`], { ...workspace.call, okExitCodes: [1, 128] }))
      .exitCode === 0;
  return withTrustedConfiguration(git, workspace, {
    tree: workspace.baseTree,
    trusted: isThere ? sha : undefined,
  });
}

function notesOf({ replaced }: SeenTree): string[] {
  if (replaced.length === 0) return [];
  const named = replaced.slice(0, 10).join(", ");
  const more = replaced.length > 10 ? ` and ${replaced.length - 10} more` : "";
  return [
    `the agents saw ${named}${more} as the branch has it into which the pull request goes, not as its own branch does`,
  ];
}

/** A step that succeeded before a restart, as long as the tree that it left is still there. */
async function finishedStep(
  deps: RunnerDeps,
  workspace: Workspace,
  known: StepState,
): Promise<StepReport | undefined> {
  if (known.status !== "success" || known.tree_after === null) return undefined;
  const present = await deps.git(["cat-file", "-e", known.tree_after], {
    ...workspace.call,
    okExitCodes: [1, 128],
  });
  if (present.exitCode !== 0) return undefined;
  const { jobId } = workspace;
  const result = await deps.artifacts.readStepResult(jobId, known.step_id);
  const text = await deps.artifacts.readInput(jobId, `${known.step_id}/report.md`, deps.limits.maxInputBytes);
  return result ? { result, text: text ?? "" } : undefined;
}

async function writeContext(deps: RunnerDeps, spec: JobSpec, sessions: Map<string, string>): Promise<void> {
  await deps.artifacts.writeContext(spec.job_id, {
    schema_version: "2.0",
    job_id: spec.job_id,
    sessions: Object.fromEntries(sessions),
    messages: spec.context_window,
  });
}
