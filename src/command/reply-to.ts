// An answer in words to a command, in the conversation where it stands.
import type { Intent } from "../job/intent.ts";
import type { Queue } from "../queue/contract.ts";
import type { Trigger } from "./trigger.ts";

/** Asks for the reply to a trigger's `ordinal`-th command; asking again changes nothing. */
export async function replyTo(
  outbox: Pick<Queue<Intent>, "enqueue">,
  { trigger, ordinal }: { trigger: Trigger; ordinal: number },
  body: string,
): Promise<void> {
  const { repository, subject, delivery, comment, thread } = trigger;
  const marker = `${delivery.inboxId}-${ordinal}`;
  await outbox.enqueue({
    id: marker,
    key: `delivery:${delivery.inboxId}`,
    payload: {
      kind: "reply",
      repository,
      number: subject.number,
      ...(comment && { comment_id: comment.id }),
      ...(thread && { thread: thread.first }),
      marker,
      body,
    },
  });
}
