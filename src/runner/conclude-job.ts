// A job's end: its patch, the gate, report.md, result.json, and the request to publish it all.
import { UserError, explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { JobResult, ResultError, Status } from "../job/result.ts";
import { CancelRequested, type Claim } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";
import { choiceOf, gatedCandidates } from "./gate/gated-candidates.ts";
import { gatedChange, unchanged } from "./gate/gated-change.ts";
import type { JobProgress } from "./job-progress.ts";
import { type RunMetrics, totalMetrics } from "./metrics.ts";
import { composeReport, type StepReport } from "./report.ts";
import { removeWorkspace, type Workspace } from "./workspace.ts";

type FinalStatus = Exclude<Status, "running" | "retryable">;

export type JobEnd =
  | {
      kind: "ended";
      status: FinalStatus;
      steps: StepReport[];
      /** The step whose end was the job's. */
      lastStepId: string;
      /** The trees of which one is to be chosen, by the steps that left them. */
      candidates?: ReadonlyMap<string, string> | undefined;
      /** Why it failed although its steps did not. */
      obstacle?: UserError | undefined;
      /** Every run of every step, those too that a loop has run again since. */
      runs: RunMetrics[];
      /** The tree that the last step left. */
      tree: string;
      workspace: Workspace;
      /** What has to be told besides. */
      notes: string[];
      startedAt: Date;
      spec: JobSpec;
    }
  /** It broke outside of a step. */
  | {
      kind: "broken";
      status: "failed" | "cancelled" | "needs_human";
      error: ResultError | undefined;
      startedAt: Date;
      spec: JobSpec;
    }
  /** It had ended before its runner died. */
  | { kind: "again"; result: JobResult };

/**
 * Writes the last artifacts and asks for the publication; returns the result that the ticket's state follows.
 * Everything here may be done twice. Throws LeaseLostError when another runner has the job by now.
 */
export async function concludeJob(
  deps: RunnerDeps,
  { claim, progress, end }: { claim: Claim<JobSpec>; progress: JobProgress; end: JobEnd },
): Promise<JobResult> {
  const result = end.kind === "again" ? end.result : await writeResult(deps, claim, end);
  await progress.update({ phase: "finished" });
  await deps.outbox.enqueue({
    id: `${result.job_id}-${claim.epoch}-publish`,
    key: `job:${result.job_id}`,
    payload: { kind: "publish", job_id: result.job_id, epoch: claim.epoch },
  });
  if (end.kind === "ended") await keepSessions(deps, end);
  await removeWorkspace(deps.workspacesRoot, result.job_id).catch((error: unknown) => {
    deps.log.warn({ err: error }, "removing the workspace; it can be removed by hand");
  });
  return result;
}

/** What a follow-up can go on from. Without it the follow-up starts anew, so that a failure ends no job. */
async function keepSessions(
  { sessions, log }: RunnerDeps,
  { spec, steps, workspace }: Extract<JobEnd, { kind: "ended" }>,
): Promise<void> {
  try {
    for (const { result } of steps) await sessions.keep(spec, result, workspace.homeOf(result.step_id));
  } catch (error) {
    log.warn({ err: error }, "keeping the agents' sessions for a follow-up");
  }
}

/** In the words of whoever cancelled it; empty when nobody did. */
function whyCancelled({ signal }: Claim<JobSpec>, status: FinalStatus): string {
  return status === "cancelled" && signal.reason instanceof CancelRequested ? signal.reason.message : "";
}

async function writeResult(
  deps: RunnerDeps,
  claim: Claim<JobSpec>,
  end: Exclude<JobEnd, { kind: "again" }>,
): Promise<JobResult> {
  const { spec } = end;
  const steps = end.kind === "ended" ? end.steps : [];
  const report = composeReport(steps, spec.compare);
  const gate = withOwnPaths(deps, spec);
  const change =
    end.kind === "ended"
      ? await gatedChange(gate, {
          ...end,
          baseSha: spec.base?.sha ?? "",
          isHeld: spec.publish.mode === "hold",
        })
      : unchanged;
  const gated =
    end.kind === "ended"
      ? await gatedCandidates(gate, {
          spec,
          steps: steps.map((step) => step.result),
          trees: end.candidates ?? new Map(),
          workspace: end.workspace,
        })
      : [];
  const choice = gated.length > 0 ? choiceOf(gated) : undefined;
  const failure = end.kind === "broken" ? end.error : failureOf(end);
  const status: FinalStatus =
    end.status !== "success"
      ? end.status
      : (choice?.status ?? (change.error ? (change.patch ? "needs_human" : "failed") : "success"));
  const error = (end.status === "success" ? (choice ?? change).error : failure) ?? null;
  const finishedAt = deps.clock();
  const result: JobResult = {
    schema_version: "2.0",
    kind: "job",
    job_id: spec.job_id,
    status,
    attempts: claim.ticket.attempts,
    started_at: end.startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    summary: whyCancelled(claim, status) || report.summary || (error?.message ?? status),
    change_status: change.patch ? "changed" : "no_changes",
    secrets_check: change.secretsCheck,
    artifacts: {
      report_md: "report.md",
      patch_diff: change.patch ? "patch.diff" : null,
      logs_txt: "logs.txt",
      result_json: "result.json",
    },
    metrics: totalMetrics(
      end.kind === "ended" ? end.runs : [],
      finishedAt.getTime() - end.startedAt.getTime(),
    ),
    error,
    warnings: [
      ...(steps.some((step) => !step.result.simulated) ? await sandboxWarnings(deps) : []),
      ...(end.kind === "ended" ? end.notes : []),
      ...change.notes,
      ...gated.flatMap(({ candidate, change: own }) =>
        own.notes.map((note) => `${candidate.label}: ${note}`),
      ),
    ],
    patch: change.patch,
    ...(gated.length > 0 && { candidates: gated.map(({ candidate }) => candidate) }),
    steps: steps.map((step) => step.result),
  };
  await claim.assertHeld();
  await deps.artifacts.writeText(spec.job_id, "report.md", report.text);
  await deps.artifacts.writeText(spec.job_id, "logs.txt", await joinLogs(deps, steps, error));
  for (const { candidate, change: own } of gated) {
    if (own.bytes) await deps.artifacts.writeCandidate(spec.job_id, candidate.label, own.bytes);
  }
  if (change.bytes) await deps.artifacts.writePatch(spec.job_id, change.bytes);
  await deps.artifacts.writeResult(result);
  return result;
}

/** What has to be told of where the agents ran. */
async function sandboxWarnings(deps: RunnerDeps): Promise<string[]> {
  try {
    return (await deps.sandbox()).warnings;
  } catch (error) {
    // Then none ran, and their steps say why.
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The reason of the step that stopped the job. */
function failureOf({
  steps,
  status,
  lastStepId,
  obstacle,
}: Extract<JobEnd, { kind: "ended" }>): ResultError | undefined {
  if (obstacle) return { code: obstacle.code, message: explain(obstacle), details: {} };
  if (status === "success") return undefined;
  const last = steps.find((step) => step.result.step_id === lastStepId)?.result;
  if (!last) return undefined;
  const code = last.error?.code ?? (status === "timeout" ? "timeout" : "step_failed");
  const message = last.error?.message ?? last.summary;
  return { code, message: `${last.step_id}: ${message}`, details: { step_id: last.step_id } };
}

async function joinLogs(
  deps: RunnerDeps,
  steps: readonly StepReport[],
  error: ResultError | null | undefined,
): Promise<string> {
  const parts: string[] = [];
  for (const { result } of steps) {
    const path = `${result.step_id}/logs.txt`;
    const text = await deps.artifacts.readInput(result.job_id, path, deps.limits.maxInputBytes);
    parts.push(`== ${result.step_id} (${result.agent}, ${result.status})\n${text ?? ""}`);
  }
  if (error) parts.push(`${error.code}: ${error.message}\n`);
  return parts.join("\n");
}

/** The operator's gate, and the paths that the repository protects beside. */
function withOwnPaths(deps: RunnerDeps, { policy }: JobSpec): RunnerDeps {
  const protectedPaths = [...deps.gate.protectedPaths, ...policy.protected_paths];
  return { ...deps, gate: { ...deps.gate, protectedPaths } };
}
