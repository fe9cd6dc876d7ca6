// Adding up what steps cost.
import type { Metrics } from "../job/result.ts";

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
