// Handles one claimed delivery and sees to it that whatever happens gets a visible answer.
import { explain, TransientError, UserError } from "../errors.ts";
import type { Delivery } from "../job/delivery.ts";
import type { Log } from "../log.ts";
import { type Claim, LeaseLostError } from "../queue/contract.ts";
import { unwrapHandlerError } from "./handler-error.ts";
import { createInboxReply, type InboxReplyOptions } from "./inbox-reply.ts";

export interface InboxHandlerOptions extends InboxReplyOptions {
  /** Runs the delivery's handler; throws what it threw. */
  receive: (delivery: Delivery) => Promise<void>;
  log: Log;
}

/**
 * Returns the inbox's handler. It ends the claim: complete when the delivery was answered (a refusal that a
 * person can mend is answered by a reply), failed after a bug, which is told with the delivery's GUID. Throws
 * TransientError, claim still open, for the consumer to retry.
 */
export function createInboxHandler(options: InboxHandlerOptions): (claim: Claim<Delivery>) => Promise<void> {
  const { receive, log } = options;
  const reply = createInboxReply(options);

  async function handle(claim: Claim<Delivery>): Promise<void> {
    const delivery = claim.ticket.payload;
    const fields = { delivery: delivery.guid };
    try {
      await receive(delivery);
    } catch (error) {
      if (error instanceof TransientError || error instanceof LeaseLostError) throw error;
      if (error instanceof UserError) {
        log.info(fields, `refused: ${explain(error)}`);
        await reply(delivery, error.message);
        return claim.complete(`refused: ${error.message}`);
      }
      log.error({ ...fields, err: error }, "handling a delivery");
      await reply(delivery, internalError(delivery));
      return claim.fail(explain(error));
    }
    return claim.complete();
  }

  return async (claim) => {
    try {
      await handle(claim);
    } catch (error) {
      throw unwrapHandlerError(error);
    }
  };
}

/** Returns what the consumer is to call before it gives a delivery up: the one who asked is told. */
export function createInboxGaveUp(options: InboxReplyOptions): (claim: Claim<Delivery>) => Promise<void> {
  const reply = createInboxReply(options);
  return (claim) => reply(claim.ticket.payload, gaveUp(claim.ticket.payload, claim.ticket.attempts));
}

function internalError(delivery: Delivery): string {
  return (
    `Patchbay could not handle this request: internal error, delivery \`${delivery.guid}\`. ` +
    "The operator finds the reason in the log under this number; then ask again in a new comment."
  );
}

function gaveUp(delivery: Delivery, attempts: number): string {
  return (
    `Patchbay could not handle this request: after ${attempts} tries GitHub or the disk still refuses, delivery ` +
    `\`${delivery.guid}\`. The operator finds the reason in the log under this number; then ask again in a new comment.`
  );
}
