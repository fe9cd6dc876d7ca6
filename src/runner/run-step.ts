// One step, from its prompt to its result.json, with the attempts that it is allowed.
import { setTimeout as delay } from "node:timers/promises";
import type { Agent, AgentOutcome } from "../agents/agent.ts";
import { UserError, explain } from "../errors.ts";
import type { StepResult } from "../job/result.ts";
import { readReview } from "../job/review-finding.ts";
import { isReadOnly } from "../job/step-spec.ts";
import { attemptStep } from "./attempt-step.ts";
import type { RunnerDeps } from "./deps.ts";
import { stepMetrics } from "./metrics.ts";
import { diffTrees, takeSnapshot } from "./patch.ts";
import { backOffMs, maxAttempts } from "./pipeline.ts";
import { summarize } from "./report.ts";
import type { Resumed, StepRun } from "./step-run.ts";
import { stopReason } from "./stop.ts";
import { openVerifyRounds } from "./verify-rounds.ts";

export interface StepEnd {
  result: StepResult;
  treeAfter: string;
  /** Whether the checkout is `treeAfter` and nothing else: no file that git ignores was left beside it. */
  clean: boolean;
  report: string;
}

/**
 * Runs the step until it succeeds, fails for good or has used up its attempts. Another attempt lets the agent's
 * session go on where it was interrupted; without one it starts anew from `treeBefore`. Throws only for bugs, for a
 * lost lease and for a drain; everything else is a result.
 */
export async function runStep(deps: RunnerDeps, run: StepRun): Promise<StepEnd> {
  const startedAt = deps.clock();
  const warnings: string[] = [];
  const allowed = maxAttempts(run.step, deps.limits.maxAttemptsPerStep);
  const used: AgentOutcome[] = [];
  let agent: Agent | undefined;
  let outcome: AgentOutcome;
  let resumed = await followed(deps, run);
  let treeAfter = run.treeBefore;
  let treeSeen: string | undefined;
  const rounds = openVerifyRounds(deps, run);
  let failed: string | undefined;
  for (let attempt = 1, tries = 1; ; attempt++, tries++) {
    await run.onAttempt(attempt);
    try {
      if (run.obstacle) throw run.obstacle;
      agent = await deps.agents.get(run.step.agent);
      outcome = await attemptStep(deps, run, { agent, attempt, resumed, failed });
    } catch (error) {
      outcome = failedBy(error, nothing);
    }
    const stopped = stopReason(run.signal);
    if (stopped === "drained" || stopped === "lost") throw run.signal.reason;
    if (stopped === "cancelled") outcome = { ...outcome, status: "cancelled" };

    try {
      const snapshot = await takeSnapshot(deps.git, run.workspace);
      treeSeen = snapshot.tree;
      warnings.push(...snapshot.warnings);
    } catch (error) {
      outcome = failedBy(error, outcome);
      treeSeen = undefined;
    }
    used.push(outcome);
    treeAfter = treeSeen ?? run.treeBefore;
    warnings.push(...outcome.warnings);
    if (isReadOnly(run.step.role) && treeAfter !== run.treeBefore) {
      warnings.push(`a ${run.step.role} may only read; what it changed was undone`);
      treeAfter = run.treeBefore;
    }
    if (outcome.status === "success" && agent) {
      const verdict = await rounds.try(agent, treeAfter);
      if (verdict.kind === "back") {
        failed = verdict.told;
        resumed = sessionOf(outcome, agent, undefined);
        tries = 0;
        continue;
      }
      if (verdict.kind === "fails") {
        outcome = { ...outcome, status: "failed", error: { code: verdict.code, message: verdict.message } };
      }
      const stoppedThen = stopReason(run.signal);
      if (stoppedThen === "drained" || stoppedThen === "lost") throw run.signal.reason;
      if (stoppedThen === "cancelled") outcome = { ...outcome, status: "cancelled" };
    }
    if (outcome.status !== "retryable" || tries >= allowed) break;
    const reason = outcome.error?.message ?? "no reason given";
    resumed = sessionOf(outcome, agent, reason);
    failed = undefined;
    const how = resumed ? "its session went on" : "tried again";
    warnings.push(`attempt ${attempt} failed (${reason}); ${how}`);
    if (!resumed || treeSeen !== treeAfter) await run.workspace.checkOut(run.treeBefore);
    await delay(backOffMs(run.step, attempt), undefined, { signal: run.signal }).catch(() => undefined);
  }

  let patch: Buffer = Buffer.alloc(0);
  try {
    const { maxPatchBytes: maxBytes } = deps.limits;
    patch = await diffTrees(deps.git, run.workspace, { from: run.changeFrom, to: treeAfter, maxBytes });
  } catch (error) {
    // A change that is too large to be kept is the step's failure; what earlier steps said stays.
    outcome = failedBy(error, outcome);
    treeAfter = run.treeBefore;
  }
  const finishedAt = deps.clock();
  const { job_id } = run.spec;
  const { step_id } = run.step;
  const review = run.step.role === "reviewer" ? readReview(outcome.report) : undefined;
  if (review && review.dropped > 0) {
    warnings.push(`${review.dropped} of the reviewer's findings could not be read and were left out`);
  }
  const verified = rounds.verified();
  const leaking = deps.redactor.find(patch.toString("latin1"));
  const result: StepResult = {
    schema_version: "2.0",
    kind: "step",
    job_id,
    step_id,
    agent: run.step.agent,
    role: run.step.role,
    simulated: agent?.simulated ?? false,
    session_id: outcome.sessionId ?? null,
    status: outcome.status,
    attempts: used.length,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    summary: summarize(review?.report ?? outcome.report) || (outcome.error?.message ?? ""),
    change_status: treeAfter === run.changeFrom ? "no_changes" : "changed",
    secrets_check: leaking.length === 0 ? "passed" : "failed",
    artifacts: {
      report_md: "report.md",
      patch_diff: "patch.diff",
      logs_txt: "logs.txt",
      result_json: "result.json",
    },
    metrics: stepMetrics(used, finishedAt.getTime() - startedAt.getTime()),
    error: outcome.error ? { ...outcome.error, details: {} } : null,
    warnings: [...warnings, ...rounds.warnings],
    ...(verified && { verified }),
  };
  await run.assertHeld();
  await deps.artifacts.writeStepText(job_id, step_id, "report.md", outcome.report);
  await deps.artifacts.writeStepPatch(job_id, step_id, patch);
  if (review) {
    const { schema_version, findings, dropped } = review;
    await deps.artifacts.writeFindings(job_id, step_id, { schema_version, findings, dropped });
  }
  await deps.artifacts.writeStepResult(result);
  return {
    result,
    treeAfter,
    clean: agent?.simulated === true && treeAfter === treeSeen,
    report: outcome.report,
  };
}

/** The session that goes on, when the agent told one. */
function sessionOf(
  { sessionId, sessionUsage: usage }: AgentOutcome,
  agent: Agent | undefined,
  reason: string | undefined,
): Resumed | undefined {
  return sessionId === undefined || agent?.simulated ? undefined : { sessionId, usage, reason };
}

/** The session of the job that this one follows; only in the sandbox a checkout lies where the earlier one lay. */
async function followed(
  { agents, sandbox, sessions }: RunnerDeps,
  run: StepRun,
): Promise<Resumed | undefined> {
  const { spec, step, workspace } = run;
  if (spec.follows === undefined) return undefined;
  try {
    if ((await agents.get(step.agent)).simulated || (await sandbox()).kind === "none") return undefined;
  } catch (error) {
    // The attempt says what is wrong.
    if (error instanceof UserError) return undefined;
    throw error;
  }
  const sessionId = await sessions.take(spec, step, workspace.homeOf(step.step_id));
  return sessionId === undefined ? undefined : { sessionId, usage: undefined, reason: undefined };
}

const nothing: AgentOutcome = {
  status: "failed",
  report: "",
  error: undefined,
  sessionId: undefined,
  costUsd: undefined,
  tokensIn: undefined,
  tokensOut: undefined,
  warnings: [],
};

/** The outcome as a failure that a person can mend; any other error is a bug and thrown on. */
function failedBy(error: unknown, outcome: AgentOutcome): AgentOutcome {
  if (!(error instanceof UserError)) throw error;
  return { ...outcome, status: "failed", error: { code: error.code, message: explain(error) } };
}
