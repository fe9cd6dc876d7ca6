// What one running step may use, from its start to its end.
import { correct, settle } from "./charge.ts";
import type { Estimate } from "./estimate.ts";
import { type Grant, grantDuring } from "./grant.ts";
import { atLeast, type Hold, minus, nothing, type Spender } from "./ledger.ts";
import { type BudgetLimits, type JobBudget, type Limit, limitsFor } from "./limits.ts";
import { show } from "./refusal.ts";
import type { BudgetStore } from "./store.ts";
import { turnDay } from "./turn-day.ts";
import { amountOf, heldOf, limitsOf, microUsdOf, type StepLimits, toUsd, type Usage } from "./usage.ts";

export interface Reservation {
  limits: StepLimits;
  /** The medians of the step's last runs; undefined is unknown. */
  estimate: { requests: number | undefined; costUsd: number | undefined };
  /** What can't be checked, to be told in the step's result. */
  warnings: string[];
  /**
   * Keeps what the step has used so far, and returns its limits anew: more where there is more, less where it won't need
   * it and others might. The oftener it is asked, the less is charged for a runner that dies.
   */
  progress(usedSoFar: Usage): Promise<StepLimits>;
  /** Ends the reservation with what was really used; returns what to tell in the step's result. May be repeated. */
  settle(spent: Usage): Promise<string[]>;
}

/** The reservation whose hold `id` is in the ledger already. */
export function openReservation(open: {
  store: BudgetStore;
  limits: BudgetLimits;
  clock: () => Date;
  id: string;
  spender: Spender;
  job: JobBudget;
  grant: Grant;
  usual: Estimate;
  inForce: Limit[];
}): Reservation {
  const { store, limits, clock, id, spender, job, usual } = open;
  const costLimits = open.inForce.filter(({ unit }) => unit === "micro_usd").map(({ name }) => name);
  let dearest = nothing;

  return {
    limits: limitsOf(open.grant),
    estimate: { requests: usual.calls, costUsd: toUsd(usual.micro_usd) },
    warnings: unknownBefore(costLimits, usual),

    async progress(usedSoFar) {
      const told = await store.change((kept) => {
        const { ledger, lines } = turnDay(kept, clock());
        const hold = ledger.holds.find((one) => one.id === id);
        // It was released or has expired: nothing is set aside for it any more.
        if (!hold) return { ledger, lines, answer: { grant: { calls: 0, micro_usd: 0 }, dearest } };
        const used = atLeast(amountOf(usedSoFar), hold.used);
        const news = atLeast(dearest, minus(used, hold.used));
        const inForce = limitsFor(ledger, spender, { limits, job, own: id });
        const grant = grantDuring(inForce, usual, { held: hold.held, used, dearest: news });
        const next: Hold = { ...hold, used, held: heldOf(grant) };
        const holds = ledger.holds.map((other) => (other.id === id ? next : other));
        return { ledger: { ...ledger, holds }, lines, answer: { grant, dearest: news } };
      });
      dearest = told.dearest;
      return limitsOf(told.grant);
    },

    async settle(usage) {
      const spent = { calls: amountOf(usage).calls, micro_usd: microUsdOf(usage) };
      return store.change((kept) => {
        const now = clock();
        const { ledger, lines } = turnDay(kept, now);
        const hold = ledger.holds.find((one) => one.id === id);
        const told = now.toISOString();
        const end = hold ? settle(ledger, hold, spent, told) : correct(ledger, { id, spender }, spent, told);
        const { cost_usd, calls } = end.line;
        return {
          ledger: end.ledger,
          lines: [...lines, end.line],
          answer: cost_usd === null ? unknownAfter(costLimits, calls) : [],
        };
      });
    },
  };
}

function unknownBefore(costLimits: readonly string[], usual: Estimate): string[] {
  if (costLimits.length === 0 || usual.runs === 0 || usual.micro_usd !== undefined) return [];
  return [
    `what earlier runs of this step cost is unknown, so it was not checked beforehand against ${costLimits.join(", ")}; only calls were`,
  ];
}

function unknownAfter(costLimits: readonly string[], calls: number): string[] {
  if (costLimits.length === 0) return [];
  return [
    `what this run cost is unknown: ${show("calls", calls)} counted, but nothing for ${costLimits.join(", ")}`,
  ];
}
