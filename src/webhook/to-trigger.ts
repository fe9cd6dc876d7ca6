// From a decoded payload to the trigger that the command room knows.
import type { Trigger } from "../command/trigger.ts";
import type { Delivery } from "../job/delivery.ts";
import { type Envelope, repositoryOf, type Subject } from "./payload.ts";

/** The trigger of a delivery; undefined when the payload names no installation. */
export function toTrigger(
  delivery: Delivery,
  payload: Envelope,
  subject: Subject,
  rest: Pick<Trigger, "at" | "text" | "comment" | "thread" | "viaAppId"> & {
    kind: Trigger["subject"]["kind"];
    host: string;
  },
): Trigger | undefined {
  const { kind, host, ...more } = rest;
  const repository = repositoryOf(payload, host);
  if (!repository) return undefined;
  return {
    ...more,
    delivery: {
      inboxId: delivery.inbox_id,
      guid: delivery.guid,
      receivedAt: delivery.received_at,
      event: delivery.event,
      action: payload.action,
    },
    repository,
    archived: payload.repository.archived,
    sender: payload.sender,
    subject: {
      kind,
      number: subject.number,
      title: subject.title,
      body: subject.body ?? "",
      author: subject.user?.login ?? "ghost",
      open: subject.state === "open",
      locked: subject.locked,
      comments: subject.comments,
    },
  };
}
