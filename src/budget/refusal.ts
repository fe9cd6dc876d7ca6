// What is said when a step may not start: the limit, what is spent of it, and when it frees up. Pure.
import type { Estimate } from "./estimate.ts";
import type { Unit } from "./ledger.ts";
import type { Limit } from "./limits.ts";

/** Safe to post. `day` is the UTC day on which it is said. */
export function tellRefusal(limit: Limit, estimate: Estimate, day: string): string {
  const { name, words, unit, daily } = limit;
  const rhythm = daily ? " a day" : "";
  const held = limit.held > 0 ? `, ${show(unit, limit.held)} set aside for what runs` : "";
  const usual = estimate[unit];
  const usually = usual === undefined ? "" : `; this step usually takes ${show(unit, usual)}`;
  const first = `The limit of ${show(unit, limit.limit)}${rhythm} for ${words} (${name}) leaves too little to start: ${show(unit, limit.spent)} spent${held}${usually}.`;
  return `${first} ${wayOut(limit, day)}`;
}

function wayOut({ name, daily, held }: Limit, day: string): string {
  if (name.startsWith("budget.")) return "The job itself set it: ask again with a larger budget.";
  if (!daily) return `It doesn't free up by itself: ask for less, or the operator can raise ${name}.`;
  const sooner = held > 0 ? ", or sooner if what runs takes less than was set aside" : "";
  return `It frees up at ${dayAfter(day)} 00:00 UTC${sooner}. Ask again then, or the operator can raise ${name}.`;
}

/** Such as "2.50 USD" or "40 calls"; small sums keep their digits. */
export function show(unit: Unit, amount: number): string {
  if (unit === "calls") return amount === 1 ? "1 call" : `${amount} calls`;
  const usd = amount / 1e6;
  const text = usd.toFixed(4).replace(/0{1,2}$/, "");
  return `${text} USD`;
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00.000Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
