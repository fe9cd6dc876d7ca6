// Adding up what attempts and steps cost.
import type { Metrics } from "../job/result.ts";

interface Used {
  costUsd: number | undefined;
  tokensIn: number | undefined;
  tokensOut: number | undefined;
}

/** What all attempts of a step used together; what is unknown of one of them is unknown of the step. */
export function stepMetrics(attempts: readonly Used[], durationMs: number): Metrics {
  const sum = (pick: (used: Used) => number | undefined): number | null =>
    attempts.reduce<number | null>((total, used) => {
      const value = pick(used);
      return total === null || value === undefined ? null : total + value;
    }, 0);
  return {
    duration_ms: durationMs,
    cost_usd: sum((used) => used.costUsd),
    tokens_in: sum((used) => used.tokensIn),
    tokens_out: sum((used) => used.tokensOut),
  };
}

/** Sums of tokens and cost; unknown only when every step's is. `durationMs` is the job's own. */
export function totalMetrics(steps: readonly Metrics[], durationMs: number): Metrics {
  const sum = (pick: (metrics: Metrics) => number | null): number | null => {
    const known = steps.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  return {
    duration_ms: durationMs,
    cost_usd: sum((metrics) => metrics.cost_usd),
    tokens_in: sum((metrics) => metrics.tokens_in),
    tokens_out: sum((metrics) => metrics.tokens_out),
  };
}
