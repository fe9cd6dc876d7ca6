// Adding up what attempts and steps cost.
import type { Metrics, StepResult } from "../job/result.ts";

interface Used {
  costUsd: number | undefined;
  tokensIn: number | undefined;
  tokensOut: number | undefined;
}

/** One run of a step. */
export type RunMetrics = Pick<StepResult, "metrics" | "simulated">;

export const unknownMetrics: Metrics = {
  duration_ms: 0,
  cost_usd: null,
  tokens_in: null,
  tokens_out: null,
};

/** What all attempts of a step used together; what is unknown of one of them is unknown of the step. */
export function stepMetrics(attempts: readonly Used[], durationMs: number): Metrics {
  return {
    duration_ms: durationMs,
    cost_usd: sumOf(attempts.map(({ costUsd }) => costUsd)),
    tokens_in: sumOf(attempts.map(({ tokensIn }) => tokensIn)),
    tokens_out: sumOf(attempts.map(({ tokensOut }) => tokensOut)),
  };
}

/**
 * What all runs of all steps used together, a step that was gone back to once for each run; what is unknown of one of
 * them is unknown of the job. Simulated ones use nothing, so that a job of theirs alone has nothing to tell.
 * `durationMs` is the job's own.
 */
export function totalMetrics(runs: readonly RunMetrics[], durationMs: number): Metrics {
  const real = runs.filter(({ simulated }) => !simulated).map(({ metrics }) => metrics);
  return {
    duration_ms: durationMs,
    cost_usd: sumOf(real.map((metrics) => metrics.cost_usd)),
    tokens_in: sumOf(real.map((metrics) => metrics.tokens_in)),
    tokens_out: sumOf(real.map((metrics) => metrics.tokens_out)),
  };
}

/** Null: unknown, as the sum of nothing is. */
function sumOf(values: readonly (number | null | undefined)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null || value === undefined ? null : total + value),
    0,
  );
}
