// What comes after a step: the pipeline's order, and what a failure means.
import type { StepSpec } from "../job/step-spec.ts";
import type { Status } from "../job/result.ts";

/** How often a `goto` may lead back to the same step before the job fails. */
const maxVisits = 3;

export type Next =
  | { kind: "step"; index: number }
  | { kind: "end"; status: Exclude<Status, "running" | "retryable"> };

/**
 * Decides from one step's end where the job goes. `visits` counts how often each step has been started. Pure.
 *
 * | step's status     | on_failure  | next                                        |
 * | success           | any         | the next step, or the job's success         |
 * | cancelled         | any         | the job is cancelled                        |
 * | needs_human       | any         | the job waits for a person                  |
 * | failed, timeout   | stop        | the job ends so                             |
 * |                   | continue    | the next step, or the job's success         |
 * |                   | ask_human   | the job waits for a person                  |
 * |                   | goto:<step> | that step, at most 3 times; then as `stop`  |
 */
export function nextStep(
  steps: readonly StepSpec[],
  at: { index: number; status: Exclude<Status, "running">; visits: ReadonlyMap<string, number> },
): Next {
  const step = steps[at.index];
  const onward: Next =
    at.index + 1 < steps.length ? { kind: "step", index: at.index + 1 } : { kind: "end", status: "success" };
  if (at.status === "success" || step === undefined) return onward;
  if (at.status === "cancelled" || at.status === "needs_human") return { kind: "end", status: at.status };
  const stop: Next = { kind: "end", status: at.status === "timeout" ? "timeout" : "failed" };
  if (step.on_failure === "stop") return stop;
  if (step.on_failure === "continue") return onward;
  if (step.on_failure === "ask_human") return { kind: "end", status: "needs_human" };
  const goal = step.on_failure.slice("goto:".length);
  const index = steps.findIndex((candidate) => candidate.step_id === goal);
  return index === -1 || (at.visits.get(goal) ?? 0) >= maxVisits ? stop : { kind: "step", index };
}

/** How often a step may be tried: its own retries, capped by the operator. */
export function maxAttempts(step: StepSpec, operatorCap: number): number {
  return Math.min(step.max_retries + 1, operatorCap);
}

/** The pause before the attempt after `attempt` (1 is the first), in milliseconds: doubled each time, at most 30 s. */
export function backOffMs(step: StepSpec, attempt: number): number {
  return Math.min(step.retry_backoff_sec * 2 ** (attempt - 1), 30) * 1000;
}
