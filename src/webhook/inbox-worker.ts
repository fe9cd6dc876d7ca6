// Handles one claimed delivery and sees to it that whatever happens gets a visible answer.
import { z } from "zod";
import { explain, TransientError, UserError } from "../errors.ts";
import type { Delivery } from "../job/delivery.ts";
import type { Intent } from "../job/intent.ts";
import type { Log } from "../log.ts";
import { type Claim, LeaseLostError, type Queue } from "../queue/contract.ts";
import { unwrapHandlerError } from "./handler-error.ts";
import { Envelope, repositoryOf } from "./payload.ts";

export interface InboxHandlerOptions {
  /** Runs the delivery's handler; throws what it threw. */
  receive: (delivery: Delivery) => Promise<void>;
  outbox: Pick<Queue<Intent>, "enqueue">;
  /** Of GitHub, such as github.com. */
  host: string;
  log: Log;
}

/**
 * Returns the inbox's handler. It ends the claim: complete when the delivery was answered (a refusal that a
 * person can mend is answered by a reply), failed after a bug, which is told with the delivery's GUID. Throws
 * TransientError, claim still open, for the consumer to retry.
 */
export function createInboxHandler(options: InboxHandlerOptions): (claim: Claim<Delivery>) => Promise<void> {
  const { receive, outbox, host, log } = options;

  async function tell(delivery: Delivery, body: string): Promise<void> {
    const place = placeOf(delivery, host);
    if (!place) return;
    const marker = `${delivery.inbox_id}-error`;
    try {
      await outbox.enqueue({
        id: marker,
        key: `delivery:${delivery.inbox_id}`,
        payload: { kind: "reply", ...place, marker, body },
      });
    } catch (error) {
      throw unwrapHandlerError(error);
    }
  }

  return async (claim) => {
    const delivery = claim.ticket.payload;
    const fields = { delivery: delivery.guid };
    try {
      await receive(delivery);
    } catch (error) {
      if (error instanceof TransientError || error instanceof LeaseLostError) throw error;
      if (error instanceof UserError) {
        log.info(fields, `refused: ${explain(error)}`);
        await tell(delivery, error.message);
        await claim.complete(`refused: ${error.message}`);
        return;
      }
      log.error({ ...fields, err: error }, "handling a delivery");
      await tell(delivery, internalError(delivery));
      await claim.fail(explain(error));
      return;
    }
    await claim.complete();
  };
}

function internalError(delivery: Delivery): string {
  return (
    `Patchbay could not handle this request: internal error, delivery \`${delivery.guid}\`. ` +
    "The operator finds the reason in the log under this number; then ask again in a new comment."
  );
}

const Numbered = z.object({ number: z.int().positive() });
const Place = Envelope.extend({ issue: Numbered.optional(), pull_request: Numbered.optional() });

/** The issue or pull request of a delivery, when there is one that can be answered on. */
function placeOf(
  delivery: Delivery,
  host: string,
): Pick<Extract<Intent, { kind: "reply" }>, "repository" | "number"> | undefined {
  try {
    const payload = Place.parse(JSON.parse(delivery.body));
    const repository = repositoryOf(payload, host);
    const number = payload.issue?.number ?? payload.pull_request?.number;
    return repository && number !== undefined ? { repository, number } : undefined;
  } catch {
    return undefined;
  }
}
