// Where the ledger is kept, so that several processes see the same one.
import type { Ledger } from "./ledger.ts";
import type { Spending } from "./spending.ts";

interface Change<T> {
  ledger: Ledger;
  /** Appended to the record of the day of the ledger. */
  lines: Spending[];
  answer: T;
}

export interface BudgetStore {
  /**
   * Gives the ledger to `change` (undefined: there is none yet) and keeps what comes back, as one step: no other change,
   * of whatever process, falls in between. What `change` throws is thrown on, and nothing is kept. It has no effects
   * of its own, since it may be asked twice.
   */
  change<T>(change: (ledger: Ledger | undefined) => Change<T>): Promise<T>;
  /** The lines of a UTC day, such as "2026-07-28". */
  spending(day: string): Promise<Spending[]>;
  close(): Promise<void>;
}
