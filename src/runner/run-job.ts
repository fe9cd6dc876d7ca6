// One job from its claim to its result. Reads from top to bottom as the job goes.
import { TransientError, UserError, explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { stepGraph } from "../job/step-graph.ts";
import type { JobResult, ResultError } from "../job/result.ts";
import { type Claim, LeaseLostError } from "../queue/contract.ts";
import { type SeenTree, withOwnConfiguration, withTrustedConfiguration } from "./agent-configuration.ts";
import { approvalMissing } from "./approval.ts";
import { carryOn, unsolved } from "./carry-on.ts";
import { concludeJob, type JobEnd } from "./conclude-job.ts";
import type { RunnerDeps } from "./deps.ts";
import { openProgress, type JobProgress } from "./job-progress.ts";
import { runAsGraph } from "./steps-as-graph.ts";
import { runInOrder } from "./steps-in-order.ts";
import { stopReason } from "./stop.ts";
import { takeOver } from "./take-over.ts";
import type { StepsRun } from "./visit-step.ts";
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
    const ran = await runAllSteps(deps, { spec, claim, progress, workspace, signal });
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

async function runAllSteps(
  deps: RunnerDeps,
  run: StepsRun,
): Promise<Omit<Extract<JobEnd, { kind: "ended" }>, "kind" | "workspace" | "startedAt" | "spec">> {
  const { spec, progress, workspace } = run;
  const own = workspace.baseTree;
  const seen = await seenTree(deps, workspace, spec);
  const carried = await carryOn(deps, { spec, workspace, tree: seen.tree });
  await takeOver(deps, { spec, progress, workspace, tree: carried.tree });
  const runSteps = stepGraph(spec.steps).isParallel || spec.compare ? runAsGraph : runInOrder;
  const end = await runSteps(deps, { ...run, spec: withTold(spec, carried.told) }, carried.tree);
  const ownIn = (result: string): Promise<string> =>
    withOwnConfiguration(deps.git, workspace, { own, seen: seen.tree, result });
  const candidates = new Map<string, string>();
  for (const [stepId, left] of end.candidates ?? []) candidates.set(stepId, await ownIn(left));
  const told = { ...end, tree: await ownIn(end.tree), candidates, notes: notesOf(seen) };
  if (end.status !== "success") return told;
  const obstacle =
    end.obstacle ?? (await unsolved(deps, workspace, { tree: end.tree, conflicts: carried.conflicts }));
  return obstacle ? { ...told, status: "failed", obstacle } : told;
}

/** The steps of the job with a word of ours before their own. */
function withTold(spec: JobSpec, told: string): JobSpec {
  if (told === "") return spec;
  return {
    ...spec,
    steps: spec.steps.map((step) => ({ ...step, prompt: `${told}\n\n${step.prompt}`.trim() })),
  };
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
