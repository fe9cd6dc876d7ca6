// Between the words of a runner (requests, USD) and those of the ledger (calls, millionths of a USD). Pure.
import type { Grant } from "./grant.ts";
import type { Amount } from "./ledger.ts";

/** Undefined cost is unknown: then only requests count. */
export interface Usage {
  requests: number;
  costUsd: number | undefined;
}

/** Undefined: no limit. */
export interface StepLimits {
  maxCostUsd: number | undefined;
  maxRequests: number | undefined;
}

export function amountOf(usage: Usage): Amount {
  return { calls: Math.max(0, Math.ceil(usage.requests)), micro_usd: microUsdOf(usage) ?? 0 };
}

/** What is no number is unknown. */
export function microUsdOf({ costUsd }: Usage): number | undefined {
  return costUsd !== undefined && Number.isFinite(costUsd) && costUsd >= 0
    ? Math.round(costUsd * 1e6)
    : undefined;
}

export function limitsOf({ calls, micro_usd }: Grant): StepLimits {
  return { maxCostUsd: toUsd(micro_usd), maxRequests: calls };
}

export function heldOf({ calls, micro_usd }: Grant): Amount {
  return { calls: calls ?? 0, micro_usd: micro_usd ?? 0 };
}

export function toUsd(microUsd: number | undefined): number | undefined {
  return microUsd === undefined ? undefined : microUsd / 1e6;
}
