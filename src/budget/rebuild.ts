// The ledger told again from the record of the days, when it was lost. Pure.
import { chargeLine } from "./charge.ts";
import { emptyLedger, type Ledger } from "./ledger.ts";
import type { Spending } from "./spending.ts";

interface Day {
  day: string;
  lines: readonly Spending[];
}

/** `days` in their order; undefined when there are none. What was set aside just then is not in them. */
export function rebuildLedger(days: readonly Day[]): Ledger | undefined {
  let ledger: Ledger | undefined;
  for (const { day, lines } of withoutCorrected(days)) {
    ledger = { ...(ledger ?? emptyLedger(day)), day, today: emptyLedger(day).today };
    for (const line of lines) ledger = chargeLine(ledger, line);
  }
  return ledger;
}

/** A run that was corrected on a later day counts there alone. */
function withoutCorrected(days: readonly Day[]): Day[] {
  const told = new Set<string>();
  return days
    .toReversed()
    .map(({ day, lines }) => {
      const last = lines.filter(({ reservation }) => !told.has(reservation));
      for (const { reservation } of last) told.add(reservation);
      return { day, lines: last };
    })
    .toReversed();
}
