// What time does to the ledger: a new day begins, old things are forgotten, holds of the dead expire. Pure.
import { forfeit } from "./charge.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";
import type { Spending } from "./spending.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** An attempt of a step lasts an hour at most. */
const maxHoldMs = 2 * hourMs;
const keptJobsMs = 30 * dayMs;
const maxJobs = 2000;
const maxHistories = 500;

/** The ledger as it is to be read at `now`, and the lines for holds that expired. */
export function turnDay(before: Ledger | undefined, now: Date): { ledger: Ledger; lines: Spending[] } {
  const today = now.toISOString().slice(0, 10);
  let ledger = before ?? emptyLedger(today);
  if (ledger.day !== today && !isSkew(ledger.day, now)) {
    ledger = {
      ...ledger,
      day: today,
      today: emptyLedger(today).today,
      jobs: newest(ledger.jobs, maxJobs, now.getTime() - keptJobsMs),
      history: newest(ledger.history, maxHistories, 0),
    };
  }
  const lines: Spending[] = [];
  for (const hold of ledger.holds) {
    if (now.getTime() - Date.parse(hold.since) <= maxHoldMs) continue;
    const ended = forfeit(ledger, hold, "expired", now.toISOString());
    ledger = ended.ledger;
    lines.push(ended.line);
  }
  return { ledger, lines };
}

/** Another machine's clock may be ahead of ours: around midnight the later day counts, so that none begins twice. */
function isSkew(day: string, now: Date): boolean {
  const aheadMs = Date.parse(day) - now.getTime();
  return aheadMs > 0 && aheadMs <= hourMs;
}

function newest<T extends { at: string }>(
  record: Record<string, T>,
  max: number,
  sinceMs: number,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, one]) => Date.parse(one.at) >= sinceMs)
      .toSorted(([, a], [, b]) => Date.parse(a.at) - Date.parse(b.at))
      .slice(-max),
  );
}
