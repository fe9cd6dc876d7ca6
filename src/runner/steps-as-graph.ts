// The steps of a job as a graph: what waits for nothing runs at once, each step in a checkout of its own.
import type { UserError } from "../errors.ts";
import { isCandidate } from "../job/compare.ts";
import { stepGraph } from "../job/step-graph.ts";
import type { StepSpec } from "../job/step-spec.ts";
import { CancelRequested } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";
import { beforeOf, inputsOf, isCarried, missingPatch } from "./hand-over.ts";
import { type Change, joinChanges } from "./join-changes.ts";
import type { RunMetrics } from "./metrics.ts";
import { verdict } from "./pipeline.ts";
import type { StepsEnd } from "./steps-in-order.ts";
import { type StepsRun, type VisitEnd, visitStep } from "./visit-step.ts";
import { writeContext } from "./write-context.ts";

interface Turn {
  stop: AbortController;
  ended: Promise<TurnEnd>;
}

interface TurnEnd extends VisitEnd {
  stepId: string;
  change: Change;
}

/**
 * Runs the steps from `tree`, as many at once as the operator allows. A step starts from the changes of all that it
 * waited for, joined; that these don't fit together is its failure. The job's tree is all changes joined, its end the
 * first step's that ends it, which stops what still runs. Throws what a step throws, once nothing runs any more.
 */
export async function runAsGraph(deps: RunnerDeps, run: StepsRun, tree: string): Promise<StepsEnd> {
  const { spec } = run;
  const { compare } = spec;
  const graph = stepGraph(spec.steps);
  const turns = new Map<string, Turn>();
  const done = new Map<string, TurnEnd>();
  const visits = new Map<string, number>();
  /** Where a step goes on to which a failure has led back: from what it left. */
  const goesOn = new Map<string, Change>();
  const runs: RunMetrics[] = [];
  // Of two changes to choose from none is the job's, and no step starts from one.
  const carried = (ends: readonly TurnEnd[]): Change[] =>
    ends
      .filter(
        ({ stepId, report }) => !isCandidate(compare, stepId) && isCarried(spec, beforeOf(report.result)),
      )
      .map(({ change }) => change);
  const endsOf = (steps: readonly StepSpec[]): TurnEnd[] =>
    steps.flatMap(({ step_id: id }) => done.get(id) ?? []);

  function begin(step: StepSpec): void {
    const { step_id: stepId } = step;
    const visit = visits.get(stepId) ?? 0;
    visits.set(stepId, visit + 1);
    const stop = new AbortController();
    const signal = AbortSignal.any([run.signal, stop.signal]);
    const ends = endsOf(graph.before(stepId));
    const before = ends.map(({ report }) => beforeOf(report.result));
    const inputs = inputsOf(spec, step, before);
    const missing = missingPatch(step, before);
    const from = {
      tree,
      changes: carried(ends),
      inputs,
      missing,
      goesOn: goesOn.get(stepId),
      isFirst: visit === 0,
    };
    const ended = takeTurn(deps, { ...run, signal }, step, from);
    // Looked at when its turn comes, which may be after another one's failure.
    ended.catch(() => undefined);
    turns.set(stepId, { stop, ended });
  }

  async function note(turn: Turn): Promise<TurnEnd> {
    const end = await turn.ended;
    turns.delete(end.stepId);
    done.set(end.stepId, end);
    runs.push(...end.runs);
    await writeContext(deps, spec, new Map([...done].map(([id, { report }]) => [id, report])));
    return end;
  }

  async function stopTurns(ids: readonly string[], why: string): Promise<void> {
    const stopped = ids.flatMap((id) => turns.get(id) ?? []);
    for (const { stop } of stopped) stop.abort(new CancelRequested(why));
    for (const turn of stopped) await note(turn);
  }

  async function conclude(status: StepsEnd["status"], lastStepId: string): Promise<StepsEnd> {
    const ends = endsOf(graph.order);
    const changes = carried(ends);
    const candidates = new Map(
      ends.filter(({ stepId }) => isCandidate(compare, stepId)).map((end) => [end.stepId, end.tree]),
    );
    const joined = await joinChanges(deps, run.workspace, { base: tree, changes });
    const steps = ends.map(({ report }) => report);
    const obstacle = status === "success" ? joined.obstacle : undefined;
    return {
      status: obstacle ? "failed" : status,
      steps,
      runs,
      tree: joined.tree,
      lastStepId,
      obstacle,
      candidates,
    };
  }

  try {
    for (;;) {
      const isReady = ({ step_id: id }: StepSpec): boolean =>
        !done.has(id) && !turns.has(id) && graph.before(id).every((needed) => done.has(needed.step_id));
      const free = deps.limits.maxParallelSteps - turns.size;
      for (const step of graph.order.filter(isReady).slice(0, free)) begin(step);
      if (turns.size === 0) return await conclude("success", graph.order.at(-1)?.step_id ?? "");

      const { stepId } = await Promise.race([...turns.values()].map(({ ended }) => ended));
      const step = spec.steps.find(({ step_id: id }) => id === stepId);
      const turn = turns.get(stepId);
      if (!step || !turn) throw new Error(`job ${spec.job_id} has no step ${stepId} that runs`);
      const { status, change } = await note(turn);
      const said = verdict(step, { status, visits });
      if (said.kind === "end") {
        await stopTurns([...turns.keys()], `${stepId} ended the job`);
        return await conclude(said.status, stepId);
      }
      if (said.kind === "goto") {
        const again = [said.stepId, ...graph.after(said.stepId).map(({ step_id: id }) => id)];
        await stopTurns(again, `${stepId} leads back to ${said.stepId}`);
        goesOn.set(said.stepId, done.get(said.stepId)?.change ?? change);
        for (const id of again) done.delete(id);
      }
    }
  } catch (error) {
    for (const { stop } of turns.values()) stop.abort(error);
    await Promise.allSettled([...turns.values()].map(({ ended }) => ended));
    throw error;
  }
}

async function takeTurn(
  deps: RunnerDeps,
  run: StepsRun,
  step: StepSpec,
  from: {
    tree: string;
    changes: readonly Change[];
    inputs: readonly string[];
    missing: UserError | undefined;
    goesOn: Change | undefined;
    isFirst: boolean;
  },
): Promise<TurnEnd> {
  const { step_id: stepId } = step;
  const workspace = await run.workspace.beside(stepId);
  const joined = from.goesOn
    ? { tree: from.goesOn.after, obstacle: undefined }
    : await joinChanges(deps, workspace, { base: from.tree, changes: from.changes });
  const changeFrom = from.goesOn?.before ?? joined.tree;
  const end = await visitStep(
    deps,
    { ...run, workspace },
    {
      step,
      tree: joined.tree,
      changeFrom,
      inputs: from.inputs,
      obstacle: joined.obstacle ?? from.missing,
      isFirst: from.isFirst,
      stands: undefined,
    },
  );
  await workspace.leave();
  return { ...end, stepId, change: { stepId, before: changeFrom, after: end.tree } };
}
