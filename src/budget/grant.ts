// How much a step may have of what is left. Pure.
import type { Estimate } from "./estimate.ts";
import type { Amount, Unit } from "./ledger.ts";
import { left, type Limit } from "./limits.ts";

/** Undefined: nothing limits it. */
export type Grant = Record<Unit, number | undefined>;

/** A step may take so many times what it usually takes. */
const generosity = 4;

/**
 * What is set aside for a step before it starts, or the limit that keeps it from starting. A step without an estimate
 * gets half of what is left of the limits that it shares, so that another one can still start beside it; one with an
 * estimate four times that, or a quarter of what is left if that is more.
 *
 * A limit that nobody has touched always lets a step try: runs that were ended by it would else raise the estimate over
 * it for good.
 */
export function grantBefore(limits: readonly Limit[], estimate: Estimate): Grant | { refusedBy: Limit } {
  for (const limit of limits) {
    const needed = Math.max(1, Math.min(estimate[limit.unit] ?? 1, limit.limit));
    if (left(limit) < needed) return { refusedBy: limit };
  }
  return perUnit((unit) => {
    const { own, shared } = room(limits, unit);
    const usual = estimate[unit];
    const share =
      usual === undefined ? Math.ceil(shared / 2) : Math.max(generosity * usual, Math.ceil(shared / 4));
    const most = Math.min(own, shared);
    return bounded(most === Infinity ? most : Math.min(most, share));
  });
}

/**
 * What a running step may have in all, given its hold, what it has used and its dearest news so far. It shrinks to what
 * such a step may take, so that others can start, and grows while something is left. Without an estimate it doesn't shrink.
 */
export function grantDuring(
  limits: readonly Limit[],
  estimate: Estimate,
  { held, used, dearest }: Record<"held" | "used" | "dearest", Amount>,
): Grant {
  return perUnit((unit) => {
    const { own, shared } = room(limits, unit);
    const usual = estimate[unit];
    const next = used[unit] + Math.max(slack[unit], generosity * dearest[unit]);
    const likely = Math.max(next, usual === undefined ? held[unit] : generosity * usual);
    const most = Math.min(own, shared);
    return bounded(most === Infinity ? most : Math.max(used[unit], Math.min(most, likely)));
  });
}

/** The least that is kept for a running step's next requests. */
const slack: Record<Unit, number> = { calls: 10, micro_usd: 50_000 };

function room(limits: readonly Limit[], unit: Unit): { own: number; shared: number } {
  const least = (daily: boolean): number =>
    Math.min(...limits.filter((limit) => limit.unit === unit && limit.daily === daily).map(left));
  return { own: least(false), shared: least(true) };
}

function perUnit(of: (unit: Unit) => number | undefined): Grant {
  return { calls: of("calls"), micro_usd: of("micro_usd") };
}

function bounded(amount: number): number | undefined {
  return Number.isFinite(amount) ? amount : undefined;
}
