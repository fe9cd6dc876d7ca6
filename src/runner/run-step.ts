// One step, from its prompt to its result.json, with the attempts that it is allowed.
import { setTimeout as delay } from "node:timers/promises";
import type { Agent, AgentOutcome, InputArtifact } from "../agents/agent.ts";
import { UserError, explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { StepState } from "../job/job-state.ts";
import type { StepResult } from "../job/result.ts";
import { isReadOnly, type StepSpec } from "../job/step-spec.ts";
import type { RunnerDeps } from "./deps.ts";
import { diffTrees, takeSnapshot } from "./patch.ts";
import { backOffMs, maxAttempts } from "./pipeline.ts";
import { summarize } from "./report.ts";
import { openStepLog } from "./step-log.ts";
import { stopReason } from "./stop.ts";
import type { Workspace } from "./workspace.ts";

export interface StepRun {
  spec: JobSpec;
  step: StepSpec;
  workspace: Workspace;
  /** The tree from which each attempt starts; the checkout stands there already. */
  treeBefore: string;
  signal: AbortSignal;
  /** Throws once the lease is lost: asked before each artifact is written. */
  assertHeld: () => Promise<void>;
  onAttempt: (attempt: number) => Promise<void>;
}

export interface StepEnd {
  result: StepResult;
  treeAfter: StepState["tree_after"];
  report: string;
}

/**
 * Runs the step until it succeeds, fails for good or has used up its attempts. Each attempt starts from
 * `treeBefore`. Throws only for bugs, for a lost lease and for a drain; everything else is a result.
 */
export async function runStep(deps: RunnerDeps, run: StepRun): Promise<StepEnd> {
  const startedAt = deps.clock();
  const warnings: string[] = [];
  const allowed = maxAttempts(run.step, deps.limits.maxAttemptsPerStep);
  let agent: Agent | undefined;
  let outcome: AgentOutcome;
  let attempt = 0;
  let treeAfter = run.treeBefore;
  for (;;) {
    attempt++;
    await run.onAttempt(attempt);
    try {
      agent = await deps.agents.get(run.step.agent);
      outcome = await attemptStep(deps, run, agent);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      outcome = failedOutcome(error);
    }
    const stopped = stopReason(run.signal);
    if (stopped === "drained" || stopped === "lost") throw run.signal.reason;
    if (stopped === "cancelled") outcome = { ...outcome, status: "cancelled" };

    const snapshot = await takeSnapshot(deps.git, run.workspace);
    treeAfter = snapshot.tree;
    warnings.push(...snapshot.warnings, ...outcome.warnings);
    if (isReadOnly(run.step.role) && treeAfter !== run.treeBefore) {
      warnings.push(`a ${run.step.role} may only read; what it changed was undone`);
      await run.workspace.checkOut(run.treeBefore);
      treeAfter = run.treeBefore;
    }
    if (outcome.status !== "retryable" || attempt >= allowed) break;
    warnings.push(`attempt ${attempt} failed (${outcome.error?.message ?? "no reason given"}); tried again`);
    await run.workspace.checkOut(run.treeBefore);
    await delay(backOffMs(run.step, attempt), undefined, { signal: run.signal }).catch(() => undefined);
  }

  const patch = await diffTrees(deps.git, run.workspace, {
    from: run.treeBefore,
    to: treeAfter,
    maxBytes: deps.limits.maxPatchBytes,
  });
  const finishedAt = deps.clock();
  const { job_id } = run.spec;
  const { step_id } = run.step;
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
    attempts: attempt,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    summary: summarize(outcome.report) || (outcome.error?.message ?? ""),
    change_status: treeAfter === run.treeBefore ? "no_changes" : "changed",
    secrets_check: leaking.length === 0 ? "passed" : "failed",
    artifacts: {
      report_md: "report.md",
      patch_diff: "patch.diff",
      logs_txt: "logs.txt",
      result_json: "result.json",
    },
    metrics: {
      duration_ms: finishedAt.getTime() - startedAt.getTime(),
      cost_usd: outcome.costUsd ?? null,
      tokens_in: outcome.tokensIn ?? null,
      tokens_out: outcome.tokensOut ?? null,
    },
    error: outcome.error ? { ...outcome.error, details: {} } : null,
    warnings,
  };
  await run.assertHeld();
  await deps.artifacts.writeStepText(job_id, step_id, "report.md", outcome.report);
  await deps.artifacts.writeStepPatch(job_id, step_id, patch);
  await deps.artifacts.writeStepResult(result);
  return { result, treeAfter, report: outcome.report };
}

async function attemptStep(deps: RunnerDeps, run: StepRun, agent: Agent): Promise<AgentOutcome> {
  const { spec, step, workspace } = run;
  const inputs = await readInputs(deps, spec, step);
  const prompt = await deps.buildPrompt(spec, step, inputs);
  await run.assertHeld();
  await deps.artifacts.writeStepText(spec.job_id, step.step_id, "prompt.md", prompt);
  const log = openStepLog({
    folder: deps.artifacts.stepFolder(spec.job_id, step.step_id),
    maxChars: deps.limits.maxOutputChars,
    createMask: () => deps.redactor.stream(),
    clock: deps.clock,
  });
  try {
    log.note(`${step.role} step with ${step.agent}${agent.simulated ? " (simulated)" : ""}`);
    const outcome = await agent.run({
      jobId: spec.job_id,
      stepId: step.step_id,
      role: step.role,
      readOnly: isReadOnly(step.role),
      prompt,
      goal: spec.goal,
      inputs,
      model: step.model,
      allowedTools: step.allowed_tools,
      // Each attempt starts from the recorded tree, so a session that remembers edits must not be resumed.
      sessionId: undefined,
      workspace: workspace.tree,
      home: workspace.home,
      gateways: deps.gateways,
      signal: run.signal,
      onEvent: (event) => log.event(event),
      launch: (command, onLine) =>
        deps.launch(command, {
          jobId: spec.job_id,
          workspace: workspace.tree,
          home: workspace.home,
          timeoutMs: step.timeout_sec * 1000,
          stallMs: deps.limits.stallMs,
          signal: run.signal,
          onLine,
          onOutput: (stream, chunk) => log.output(stream, chunk),
        }),
    });
    log.note(
      outcome.error ? `${outcome.status}: ${outcome.error.code}: ${outcome.error.message}` : outcome.status,
    );
    return outcome;
  } catch (error) {
    log.note(`failed: ${explain(error)}`);
    throw error;
  } finally {
    log.close();
  }
}

/** The earlier artifacts that the step asked for, within the operator's limits. */
async function readInputs(deps: RunnerDeps, spec: JobSpec, step: StepSpec): Promise<InputArtifact[]> {
  const found: InputArtifact[] = [];
  for (const path of step.input_artifacts) {
    const text = await deps.artifacts.readInput(spec.job_id, path, deps.limits.maxInputBytes);
    found.push({ path, text: text ?? "(this artifact is missing)", cutChars: 0 });
  }
  return deps.limitInputs(found);
}

function failedOutcome(error: UserError): AgentOutcome {
  return {
    status: "failed",
    report: "",
    error: { code: error.code, message: explain(error) },
    sessionId: undefined,
    costUsd: undefined,
    tokensIn: undefined,
    tokensOut: undefined,
    warnings: [],
  };
}
