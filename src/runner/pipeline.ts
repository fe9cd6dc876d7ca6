// What comes after a step: the pipeline's order, and what a failure means.
import type { StepSpec } from "../job/step-spec.ts";
import type { Status } from "../job/result.ts";

/** How often a `goto` may lead back to the same step before the job fails. */
const maxVisits = 3;

type EndStatus = Exclude<Status, "running" | "retryable">;

export type Verdict =
  /** What comes after the step may begin. */
  | { kind: "onward" }
  /** The job ends with this. */
  | { kind: "end"; status: Exclude<EndStatus, "success"> }
  | { kind: "goto"; stepId: string };

export type Next = { kind: "step"; index: number } | { kind: "end"; status: EndStatus };

interface StepEnded {
  status: Exclude<Status, "running">;
  /** How often each step has been started. */
  visits: ReadonlyMap<string, number>;
}

/**
 * What a step's end means for the job. Pure.
 *
 * | step's status     | on_failure  | next                                        |
 * | success           | any         | onward, in the end to the job's success     |
 * | cancelled         | any         | the job is cancelled                        |
 * | needs_human       | any         | the job waits for a person                  |
 * | failed, timeout   | stop        | the job ends so                             |
 * |                   | continue    | onward, in the end to the job's success     |
 * |                   | ask_human   | the job waits for a person                  |
 * |                   | goto:<step> | that step, at most 3 times; then as `stop`  |
 */
export function verdict(step: StepSpec, { status, visits }: StepEnded): Verdict {
  if (status === "success") return { kind: "onward" };
  if (status === "cancelled" || status === "needs_human") return { kind: "end", status };
  const stop: Verdict = { kind: "end", status: status === "timeout" ? "timeout" : "failed" };
  if (step.on_failure === "stop") return stop;
  if (step.on_failure === "continue") return { kind: "onward" };
  if (step.on_failure === "ask_human") return { kind: "end", status: "needs_human" };
  const stepId = step.on_failure.slice("goto:".length);
  return (visits.get(stepId) ?? 0) >= maxVisits ? stop : { kind: "goto", stepId };
}

/** Where a job whose steps run in their order goes from the end of the one at `index`. Pure. */
export function nextStep(steps: readonly StepSpec[], at: StepEnded & { index: number }): Next {
  const step = steps[at.index];
  const said: Verdict = step ? verdict(step, at) : { kind: "onward" };
  if (said.kind === "end") return said;
  const next = said.kind === "onward" ? at.index + 1 : steps.findIndex((one) => one.step_id === said.stepId);
  if (next === -1) return { kind: "end", status: "failed" };
  return next < steps.length ? { kind: "step", index: next } : { kind: "end", status: "success" };
}

/** How often a step may be tried: its own retries, capped by the operator. */
export function maxAttempts(step: StepSpec, operatorCap: number): number {
  return Math.min(step.max_retries + 1, operatorCap);
}

/** The pause before the attempt after `attempt` (1 is the first), in milliseconds: doubled each time, at most 30 s. */
export function backOffMs(step: StepSpec, attempt: number): number {
  return Math.min(step.retry_backoff_sec * 2 ** (attempt - 1), 30) * 1000;
}
