// Asks GitHub what it tried to deliver and could not, and keeps that too.
//
// GitHub repeats no delivery by itself, so what came while Patchbay was down would be lost without a word. Its list
// of attempts reaches three days back.
// https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
import { explain } from "../errors.ts";
import type { AppGitHub, DeliveryAttempt } from "../io/app-github.ts";
import { Delivery } from "../job/delivery.ts";
import type { Log } from "../log.ts";
import type { EventName } from "./dispatch.ts";
import type { Keep } from "./keep.ts";

/** How far back GitHub's list reaches. */
export const maxAgeMs = 3 * 24 * 60 * 60 * 1000;

export interface Recovered {
  /** Attempts that were looked at. */
  attempts: number;
  /** Deliveries that had not arrived and are in the inbox now. */
  kept: { guid: string; event: string; deliveredAt: string }[];
  /** Deliveries that could not be had; they are tried again with the next look. */
  failed: number;
}

/**
 * Returns a function that looks at what GitHub tried to deliver since a moment and keeps what never arrived. A delivery
 * that is in the inbox already is not kept twice. Throws UserError or TransientError when the list can't be read.
 */
export function createRecover(options: {
  app: Pick<AppGitHub, "deliveryAttempts" | "deliveryPayload">;
  keep: Keep;
  events: readonly EventName[];
  log: Log;
}) {
  const { app, keep, log } = options;
  const handled: ReadonlySet<string> = new Set(options.events);

  return async (since: Date): Promise<Recovered> => {
    const arrived = new Set<string>();
    const missed = new Map<string, DeliveryAttempt>();
    const found: Recovered = { attempts: 0, kept: [], failed: 0 };
    for await (const attempt of app.deliveryAttempts(since)) {
      found.attempts++;
      const { guid, event, action, statusCode } = attempt;
      if (statusCode >= 200 && statusCode < 300) arrived.add(guid);
      else if (handled.has(`${event}.${action}`) && Delivery.shape.guid.safeParse(guid).success) {
        missed.set(guid, attempt);
      }
    }
    // In the order in which they happened; one attempt of several that failed is enough.
    for (const attempt of [...missed.values()].toReversed()) {
      if (arrived.has(attempt.guid)) continue;
      const { guid, event, deliveredAt } = attempt;
      try {
        const payload = await app.deliveryPayload(attempt.id);
        const outcome = await keep({ guid, event, body: JSON.stringify(payload), payload });
        if (outcome !== "queued") continue;
        found.kept.push({ guid, event, deliveredAt });
        log.info(
          { stage: "webhook", delivery: guid },
          `${event} had not arrived and was fetched from GitHub`,
        );
      } catch (error) {
        found.failed++;
        log.warn({ delivery: guid, error: explain(error) }, "fetching a delivery that did not arrive");
      }
    }
    return found;
  };
}

export type Recover = ReturnType<typeof createRecover>;
