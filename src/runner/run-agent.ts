// One run of an agent. A simulated one needs nothing; a real one gets doors of its own, and what went through them is
// what the step has used up.
import type { Agent, AgentOutcome, InputArtifact } from "../agents/agent.ts";
import { classifyFailure } from "../agents/failure.ts";
import { failedSection } from "../agents/verify-prompt.ts";
import { explain } from "../errors.ts";
import { isReadOnly } from "../job/step-spec.ts";
import type { SeenImage } from "../agents/images.ts";
import type { Reservation } from "../budget/reservation.ts";
import type { Doors } from "../sandbox/doors.ts";
import type { Spent } from "../sandbox/model/ledger.ts";
import type { LastWord } from "../sandbox/model/failures.ts";
import type { RunnerDeps } from "./deps.ts";
import { followSpending } from "./follow-spending.ts";
import type { StepLog } from "./step-log.ts";
import type { Resumed, StepRun } from "./step-run.ts";

/** With the file that is written into HOME. */
export interface Picture extends SeenImage {
  file: { path: string; content: Uint8Array };
}

interface AgentRun {
  agent: Agent;
  /** From 1. */
  attempt: number;
  prompt: string;
  inputs: InputArtifact[];
  home: string;
  pictures: readonly Picture[];
  log: StepLog;
  resumed: Resumed | undefined;
  failed: string | undefined;
}

/** Runs the agent until it ends or is ended. A budget that is used up ends it as failed, with the code `budget`. */
export async function runAgent(deps: RunnerDeps, run: StepRun, part: AgentRun): Promise<AgentOutcome> {
  const { spec, step, workspace, signal } = run;
  const { agent, home, log, resumed, failed } = part;
  const readOnly = isReadOnly(step.role);
  const folders = { workspace: workspace.tree, home };
  // An agent that starts no program works where the checkout is, or doesn't see it.
  const sandbox = agent.simulated || agent.binary === undefined ? undefined : await deps.sandbox();
  const ask = (doors: Pick<Doors, "folder" | "gateways" | "token" | "environment">, stop: AbortSignal) =>
    agent.run({
      jobId: spec.job_id,
      stepId: step.step_id,
      role: step.role,
      readOnly,
      sandboxed: sandbox !== undefined && sandbox.kind !== "none",
      prompt: part.prompt,
      goal: spec.goal,
      inputs: part.inputs,
      images: part.pictures.map(({ path }) => path),
      model: step.model,
      allowedTools: step.allowed_tools,
      sessionId: resumed?.sessionId,
      sessionBefore: resumed?.usage,
      resumePrompt: resumed && resumePrompt(resumed, failed),
      ...(sandbox?.seen(folders) ?? folders),
      gateways: doors.gateways,
      token: doors.token,
      signal: stop,
      onEvent: (event) => log.event(event),
      patience: { timeoutMs: step.timeout_sec * 1000, stallMs: deps.limits.stallMs },
      launch: async (command, onLine) => {
        if (!sandbox) throw new Error(`${agent.name} is no agent that starts programs`);
        return sandbox.launch(
          {
            ...command,
            env: { ...command.env, ...doors.environment },
            homeFiles: [...command.homeFiles, ...part.pictures.map(({ file }) => file)],
          },
          {
            marker: `${spec.job_id}/${step.step_id}`,
            ...folders,
            readOnly,
            doors: doors.folder,
            timeoutMs: step.timeout_sec * 1000,
            stallMs: deps.limits.stallMs,
            signal: stop,
            onLine,
            onOutput: (stream, chunk) => log.output(stream, chunk),
          },
        );
      },
    });

  if (agent.simulated) return ask({ folder: undefined, gateways: {}, token: "", environment: {} }, signal);
  const reserved = await reserve(deps, run, part);
  const following = followSpending(reserved, deps.log);
  let doors: Doors | undefined;
  let outcome: AgentOutcome | undefined;
  try {
    doors = await deps.openDoors(spec, {
      // Only without a sandbox does an agent share this machine's loopback.
      over: sandbox === undefined || sandbox.kind === "none" ? "tcp" : "sockets",
      ...(sandbox?.user && { socketOwner: sandbox.user }),
      endpoint: agent.endpoint,
      limits: reserved.limits,
      failuresAreFinal: agent.repeatsFailedCalls,
      onDecision: (decision) => log.decision(decision),
      onCall: (spent) => following.note(spent),
    });
    const told = await ask(doors, AbortSignal.any([signal, doors.exceeded]));
    outcome = account(bySource(agent, told, doors.lastWord()), doors, signal.aborted);
  } finally {
    await doors?.close();
    await following.end();
    const spent = doors?.spent();
    const told = await reserved.settle({
      requests: spent?.requests ?? 0,
      costUsd: outcome?.costUsd ?? chargeable(agent, outcome, spent),
    });
    outcome?.warnings.push(...reserved.warnings, ...told);
  }
  return outcome;
}

/**
 * What is charged for an agent that did not say what it cost: a cautious guess of what a call that was cut came to is
 * better than nothing. No call through the doors is no cost, but for an agent that may have asked a model past them.
 */
function chargeable(
  { models, endpoint }: Agent,
  outcome: AgentOutcome | undefined,
  spent: Spent | undefined,
): number | undefined {
  const knowsDoors = endpoint !== undefined || (models?.length ?? 0) > 0;
  if (outcome && !knowsDoors && (spent?.requests ?? 0) === 0) return undefined;
  return spent?.estimateUsd;
}

/** Throws UserError (`budget`) when there is not enough left for the step to begin. */
async function reserve(
  { budgets }: RunnerDeps,
  { spec, step }: StepRun,
  { attempt }: AgentRun,
): Promise<Reservation> {
  const { repository, requested_by: requester, budget } = spec;
  return budgets.reserve({
    jobId: spec.job_id,
    stepId: step.step_id,
    attempt,
    user: requester?.login ?? "",
    repository: repository ? `${repository.owner}/${repository.name}` : (spec.project_id ?? ""),
    pipeline: spec.pipeline,
    agent: step.agent,
    jobBudgetUsd: budget?.max_cost_usd,
    jobBudgetCalls: budget?.max_calls,
  });
}

/** What a session is told that knows the whole text already; undefined where it has to be told all. */
function resumePrompt({ reason }: Resumed, failed: string | undefined): string | undefined {
  if (failed !== undefined) return `${failedSection(failed)}\n`;
  if (reason === undefined) return undefined;
  const interrupted = reason === "" ? "" : ` (${reason})`;
  return `You were interrupted${interrupted}. Everything stands as you left it. Go on with the task and end with the report.\n`;
}

/** Why it failed as the model API told it, where the program tells nothing, or only what the model door made of it. */
function bySource(agent: Agent, outcome: AgentOutcome, word: LastWord | undefined): AgentOutcome {
  const { error } = outcome;
  const isVague = error?.code === "bad_output" || error?.code === "crashed";
  // What such a program makes of the door's own words says nothing.
  const wasReworded = agent.repeatsFailedCalls === true && word !== undefined && word.text !== "";
  if (!word || !(isVague || wasReworded)) return outcome;
  if (outcome.status !== "failed" && outcome.status !== "retryable") return outcome;
  const failure = classifyFailure(word);
  if (!failure) return outcome;
  const status = word.httpStatus === undefined ? "" : `status ${word.httpStatus} from the model API: `;
  const name = `${agent.name}: `;
  const itself = error?.message.startsWith(name) ? error.message.slice(name.length) : (error?.message ?? "");
  return {
    ...outcome,
    status: failure.retryable ? "retryable" : "failed",
    error: { code: failure.code, message: `${name}${status}${word.text || itself}` },
  };
}

/** What passed the doors counts more than what the program says of itself. */
function account(outcome: AgentOutcome, { spent, exceeded }: Doors, stopped: boolean): AgentOutcome {
  const { requests, tokensIn, tokensOut, costUsd } = spent();
  const used =
    requests === 0
      ? outcome
      : {
          ...outcome,
          tokensIn: tokensIn ?? outcome.tokensIn,
          tokensOut: tokensOut ?? outcome.tokensOut,
          costUsd: costUsd ?? outcome.costUsd,
        };
  if (!exceeded.aborted || stopped) return used;
  return { ...used, status: "failed", error: { code: "budget", message: explain(exceeded.reason) } };
}
