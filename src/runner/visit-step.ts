// One step's turn within its job: kept from before a crash, or run, with its place in state.json.
import type { UserError } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { StepState } from "../job/job-state.ts";
import type { StepResult } from "../job/result.ts";
import type { StepSpec } from "../job/step-spec.ts";
import type { Claim } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";
import type { JobProgress } from "./job-progress.ts";
import { type RunMetrics, unknownMetrics } from "./metrics.ts";
import type { StepReport } from "./report.ts";
import { runStep } from "./run-step.ts";
import type { Workspace } from "./workspace.ts";

/** A job whose steps run. */
export interface StepsRun {
  spec: JobSpec;
  claim: Claim<JobSpec>;
  progress: JobProgress;
  workspace: Workspace;
  signal: AbortSignal;
}

export interface Visit {
  step: StepSpec;
  /** From which the step starts. */
  tree: string;
  changeFrom: string;
  inputs: readonly string[];
  obstacle?: UserError | undefined;
  /** False when a loop has led back to it: then it is done again, whatever was before. */
  isFirst: boolean;
  /** The tree that the checkout is known to be, and nothing else. */
  stands: string | undefined;
}

export interface VisitEnd {
  report: StepReport;
  status: Exclude<StepResult["status"], "running">;
  /** The tree that the step left. */
  tree: string;
  /** As in Visit, after it. */
  stands: string | undefined;
  /** What it used, run by run: also what a run used that died with its runner, as far as it is known. */
  runs: RunMetrics[];
}

/** Runs the step from its tree; what succeeded from that very tree before a restart is not done again. */
export async function visitStep(deps: RunnerDeps, run: StepsRun, visit: Visit): Promise<VisitEnd> {
  const { spec, claim, progress, workspace, signal } = run;
  const { step, tree } = visit;
  const known = progress.state.steps.find(({ step_id: id }) => id === step.step_id);
  if (!known) throw new Error(`job ${spec.job_id} has no step ${step.step_id}`);
  const kept =
    visit.isFirst && !visit.obstacle && known.tree_before === tree
      ? await finishedStep(deps, workspace, known)
      : undefined;
  if (kept) {
    return {
      report: kept,
      status: "success",
      tree: known.tree_after ?? tree,
      stands: visit.stands,
      runs: [kept.result],
    };
  }

  // A run that was cut by its runner's end: what it used is unknown.
  const wasCut = known.status === "running" && known.attempts > 0;
  const goesOn = spec.artifact_handoff === "workspace_first";
  if (goesOn && visit.stands !== undefined) await workspace.goOn(tree, signal);
  else if (visit.stands !== tree || known.attempts > 0) await workspace.checkOut(tree, signal);
  const started_at = deps.clock().toISOString();
  const { step_id } = step;
  const end = await runStep(deps, {
    spec,
    step,
    workspace,
    treeBefore: tree,
    changeFrom: visit.changeFrom,
    inputs: visit.inputs,
    obstacle: visit.obstacle,
    signal,
    assertHeld: () => claim.assertHeld(),
    onAttempt: (attempts) =>
      progress.update({}, { step_id, status: "running", attempts, started_at, tree_before: tree }),
  });
  const { result } = end;
  if (result.status === "running") throw new Error(`step ${step_id} has no end`);
  const by = `${step.role} ${step.agent}${result.simulated ? " (simulated)" : ""}`;
  const ms = result.metrics.duration_ms;
  deps.log.info({ stage: "step", ms }, `${step_id}, ${by}: ${result.status} in ${ms} ms`);
  await progress.update(
    {},
    {
      step_id,
      status: result.status,
      attempts: result.attempts,
      finished_at: result.finished_at,
      tree_after: end.treeAfter,
      cost_usd: costOf(known, result),
    },
  );
  return {
    report: { result, text: end.report },
    status: result.status,
    tree: end.treeAfter,
    stands: end.clean || goesOn ? end.treeAfter : undefined,
    runs: [result, ...(wasCut ? [{ simulated: result.simulated, metrics: unknownMetrics }] : [])],
  };
}

/** What a step has cost with all of its visits; null when none of them told. */
function costOf({ cost_usd: before }: StepState, { metrics }: StepReport["result"]): number | null {
  if (before === null || before === undefined) return metrics.cost_usd;
  return before + (metrics.cost_usd ?? 0);
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
