// A job's end: its patch, the gate, report.md, result.json, and the request to publish it all.
import { createHash } from "node:crypto";
import { explain, UserError } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { JobResult, ResultError, Status } from "../job/result.ts";
import type { Claim } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";
import { screenTrees, type Finding } from "./gate.ts";
import type { JobProgress } from "./job-progress.ts";
import { totalMetrics } from "./metrics.ts";
import { diffTrees } from "./patch.ts";
import { composeReport, summarize, type StepReport } from "./report.ts";
import { removeWorkspace, type Workspace } from "./workspace.ts";

const withoutSandbox =
  "The agents ran without a sandbox (SANDBOX=none): as the service's own user, with its files and network.";

type FinalStatus = Exclude<Status, "running" | "retryable">;

export type JobEnd =
  | {
      kind: "ended";
      status: FinalStatus;
      steps: StepReport[];
      /** The tree that the last step left. */
      tree: string;
      workspace: Workspace;
      startedAt: Date;
      spec: JobSpec;
    }
  /** It broke outside of a step. */
  | {
      kind: "broken";
      status: "failed" | "cancelled";
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
  await removeWorkspace(deps.workspacesRoot, result.job_id).catch((error: unknown) => {
    deps.log.warn({ err: error }, "removing the workspace; it can be removed by hand");
  });
  return result;
}

async function writeResult(
  deps: RunnerDeps,
  claim: Claim<JobSpec>,
  end: Exclude<JobEnd, { kind: "again" }>,
): Promise<JobResult> {
  const { spec } = end;
  const steps = end.kind === "ended" ? end.steps : [];
  const report = composeReport(steps);
  const change = end.kind === "ended" ? await gatedChange(deps, end) : unchanged;
  const failure = end.kind === "broken" ? end.error : failureOf(steps, end.status);
  const held = change.findings.length > 0 || change.error !== undefined;
  const status: FinalStatus =
    held && end.status === "success" ? (change.error ? "failed" : "needs_human") : end.status;
  const error = end.status === "success" ? (change.error ?? gateError(change.findings)) : (failure ?? null);
  const finishedAt = deps.clock();
  const result: JobResult = {
    schema_version: "2.0",
    kind: "job",
    job_id: spec.job_id,
    status,
    attempts: claim.ticket.attempts,
    started_at: end.startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    summary: summarize(report) || (error?.message ?? status),
    change_status: change.patch ? "changed" : "no_changes",
    secrets_check: change.findings.some((finding) => finding.rule === "secret") ? "failed" : "passed",
    artifacts: {
      report_md: "report.md",
      patch_diff: change.patch ? "patch.diff" : null,
      logs_txt: "logs.txt",
      result_json: "result.json",
    },
    metrics: totalMetrics(
      steps.map((step) => step.result.metrics),
      finishedAt.getTime() - end.startedAt.getTime(),
    ),
    error: error ?? null,
    warnings: !deps.sandboxed && steps.some((step) => !step.result.simulated) ? [withoutSandbox] : [],
    patch: change.patch,
    steps: steps.map((step) => step.result),
  };
  await claim.assertHeld();
  await deps.artifacts.writeText(spec.job_id, "report.md", report);
  await deps.artifacts.writeText(spec.job_id, "logs.txt", await joinLogs(deps, steps, error));
  if (change.bytes) await deps.artifacts.writePatch(spec.job_id, change.bytes);
  await deps.artifacts.writeResult(result);
  return result;
}

interface Change {
  patch: JobResult["patch"];
  bytes: Buffer | undefined;
  findings: Finding[];
  error: ResultError | undefined;
}

const unchanged: Change = { patch: null, bytes: undefined, findings: [], error: undefined };

/** The change from the base to the final tree, and what the gate says of it. */
async function gatedChange(deps: RunnerDeps, end: Extract<JobEnd, { kind: "ended" }>): Promise<Change> {
  const { git, limits } = deps;
  const { workspace, spec, tree } = end;
  try {
    if (tree === workspace.baseTree) return unchanged;
    const between = { from: workspace.baseTree, to: tree };
    const bytes = await diffTrees(git, workspace, { ...between, maxBytes: limits.maxPatchBytes });
    const findings = await screenTrees({
      git,
      call: workspace.call,
      ...between,
      limits,
      secretsIn: (text) => deps.redactor.find(text),
    });
    const said =
      findings.length === 0 ? "the patch passes" : `the patch is held, findings: ${findings.length}`;
    deps.log.info({ stage: "gate" }, `${said}: files ${countFiles(bytes)}, bytes ${bytes.length}`);
    const patch = {
      base_sha: spec.base?.sha ?? "",
      tree,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      files: countFiles(bytes),
      bytes: bytes.length,
    };
    return { patch, bytes, findings, error: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...unchanged, error: { code: error.code, message: explain(error), details: {} } };
  }
}

function countFiles(patch: Buffer): number {
  return patch.toString("latin1").match(/^diff --git /gm)?.length ?? 0;
}

function gateError(findings: readonly Finding[]): ResultError | null {
  if (findings.length === 0) return null;
  const secret = findings.some((finding) => finding.rule === "secret");
  const shown = findings.slice(0, 50);
  return {
    code: secret ? "secrets_check_failed" : "gate",
    message: `the patch is held: ${shown.map(({ path, message }) => `${path || "the change"}: ${message}`).join("; ")}`,
    details: { findings: shown.map(({ rule, path, message }) => ({ rule, path, message })) },
  };
}

/** The reason of the step that stopped the job. */
function failureOf(steps: readonly StepReport[], status: FinalStatus): ResultError | undefined {
  if (status === "success") return undefined;
  const last = steps.findLast((step) => step.result.status !== "success")?.result;
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
