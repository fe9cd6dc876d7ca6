// A word about a delivery as a whole, on the issue or pull request that it came from.
import { z } from "zod";
import type { Delivery } from "../job/delivery.ts";
import type { Intent } from "../job/intent.ts";
import type { Queue } from "../queue/contract.ts";
import { Envelope, repositoryOf, threadOf } from "./payload.ts";

export interface InboxReplyOptions {
  outbox: Pick<Queue<Intent>, "enqueue">;
  /** Of GitHub, such as github.com. */
  host: string;
}

/** Returns a function that replies once per delivery; a second word about the same one is not said. */
export function createInboxReply({ outbox, host }: InboxReplyOptions) {
  return async (delivery: Delivery, body: string): Promise<void> => {
    const place = placeOf(delivery, host);
    if (!place) return;
    const marker = `${delivery.inbox_id}-error`;
    await outbox.enqueue({
      id: marker,
      key: `delivery:${delivery.inbox_id}`,
      payload: { kind: "reply", ...place, marker, body },
    });
  };
}

const Numbered = z.object({ number: z.int().positive() });
const Identified = z.object({ id: z.int().positive(), in_reply_to_id: z.int().nullish() });
const Place = Envelope.extend({
  issue: Numbered.optional(),
  pull_request: Numbered.optional(),
  comment: Identified.optional(),
});

/** The issue, pull request or review thread of a delivery, when there is one that can be answered on. */
function placeOf(
  delivery: Delivery,
  host: string,
): Pick<Extract<Intent, { kind: "reply" }>, "repository" | "number" | "comment_id" | "thread"> | undefined {
  try {
    const payload = Place.parse(JSON.parse(delivery.body));
    const repository = repositoryOf(payload, host);
    const number = payload.issue?.number ?? payload.pull_request?.number;
    if (!repository || number === undefined) return undefined;
    const { comment } = payload;
    if (!comment) return { repository, number };
    const isInThread = delivery.event === "pull_request_review_comment";
    return { repository, number, comment_id: comment.id, ...(isInThread && { thread: threadOf(comment) }) };
  } catch {
    return undefined;
  }
}
