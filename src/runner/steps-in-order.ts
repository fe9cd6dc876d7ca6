// The steps of a job one after the other, each from the tree that the one before has left.
import type { UserError } from "../errors.ts";
import type { Status } from "../job/result.ts";
import type { RunnerDeps } from "./deps.ts";
import { beforeOf, inputsOf, isCarried, missingPatch } from "./hand-over.ts";
import type { Change } from "./join-changes.ts";
import type { RunMetrics } from "./metrics.ts";
import { nextStep } from "./pipeline.ts";
import type { StepReport } from "./report.ts";
import { type StepsRun, visitStep } from "./visit-step.ts";
import { writeContext } from "./write-context.ts";

export interface StepsEnd {
  status: Exclude<Status, "running" | "retryable">;
  steps: StepReport[];
  /** Every run of every step, those too that a loop has run again since. */
  runs: RunMetrics[];
  /** The tree that the steps left. */
  tree: string;
  /** The step whose end was the job's. */
  lastStepId: string;
  /** What the steps left of whose changes one is to be chosen, by their ids. */
  candidates?: ReadonlyMap<string, string> | undefined;
  /** Why the job failed although its steps did not. */
  obstacle?: UserError | undefined;
}

/** Runs them from `tree` until the last has succeeded or one's failure ends the job. */
export async function runInOrder(deps: RunnerDeps, run: StepsRun, tree: string): Promise<StepsEnd> {
  const { spec } = run;
  const reports = new Map<string, StepReport>();
  const runs: RunMetrics[] = [];
  const visits = new Map<string, number>();
  const changes = new Map<string, Pick<Change, "before" | "after">>();
  let left = tree;
  let stands: string | undefined;

  for (let index = 0; ;) {
    const step = spec.steps[index];
    if (!step) throw new Error(`job ${spec.job_id} has no step ${index}`);
    const before = [...reports.values()].map(({ result }) => beforeOf(result));
    const earlier = changes.get(step.step_id);
    // Going on from what it left, its change is all of it; after others' changes only what is new.
    const changeFrom = earlier?.after === left ? earlier.before : left;
    const end = await visitStep(deps, run, {
      step,
      tree: left,
      changeFrom,
      inputs: inputsOf(spec, step, before),
      obstacle: missingPatch(step, before),
      isFirst: !earlier,
      stands,
    });
    changes.set(step.step_id, { before: changeFrom, after: end.tree });
    if (isCarried(spec, beforeOf(end.report.result))) left = end.tree;
    ({ stands } = end);
    reports.set(step.step_id, end.report);
    runs.push(...end.runs);
    visits.set(step.step_id, (visits.get(step.step_id) ?? 0) + 1);
    await writeContext(deps, spec, reports);

    const next = nextStep(spec.steps, { index, status: end.status, visits });
    if (next.kind === "end") {
      const { status } = next;
      return { status, steps: [...reports.values()], runs, tree: left, lastStepId: step.step_id };
    }
    index = next.index;
  }
}
