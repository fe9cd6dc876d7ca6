// While a step's calls pass the doors: what they came to is kept, so that a crash loses little, and the limits follow.
import { explain } from "../errors.ts";
import type { Reservation } from "../budget/reservation.ts";
import type { Log } from "../log.ts";
import type { Spent } from "../sandbox/model/ledger.ts";

/**
 * `note` takes what all calls together have used so far and brings the reservation's `limits`, which the doors read
 * before each call, up to date. `end` resolves when nothing of that is under way any more. Neither fails: limits that
 * could not be brought up to date stay as they are.
 */
export function followSpending(reserved: Reservation, log: Pick<Log, "warn">) {
  let latest: Spent | undefined;
  let running: Promise<void> | undefined;

  async function catchUp(): Promise<void> {
    for (let spent = latest; spent !== undefined; spent = latest) {
      latest = undefined;
      try {
        Object.assign(
          reserved.limits,
          await reserved.progress({ requests: spent.requests, costUsd: spent.estimateUsd }),
        );
      } catch (error) {
        log.warn({ reason: explain(error) }, "what a step has spent so far could not be kept");
      }
    }
    running = undefined;
  }

  return {
    note(spent: Spent): void {
      latest = spent;
      running ??= catchUp();
    },
    async end(): Promise<void> {
      await running;
    },
  };
}
