// What happened on GitHub that may ask for something, in the same shape whichever event brought it.
import type { Repository } from "../job/job-spec.ts";

/** The account behind an event. `type` is GitHub's own word: User, Bot, Organization, Mannequin. */
export interface Sender {
  login: string;
  id: number;
  type: string;
}

export interface Trigger {
  delivery: { inboxId: string; guid: string; receivedAt: string; event: string; action: string };
  repository: Repository;
  archived: boolean;
  sender: Sender;
  /** The App through which the sender wrote, when it did. */
  viaAppId?: number;
  /** Title, body and state as they were when it happened; never read again later. */
  subject: {
    kind: "issue" | "pull_request";
    number: number;
    title: string;
    body: string;
    author: string;
    open: boolean;
    locked: boolean;
    /** How many comments it had then. */
    comments: number;
  };
  /** What was written, whole and as it was: the comment, or the label's name. */
  text: string;
  /** The comment that asked; absent for a label. */
  comment?: { id: number };
  /** The review thread in which it was asked, by its first comment; `comment` is a comment of it then. */
  thread?: { first: number };
  /** When it happened, ISO 8601: what was written or changed later is no context. */
  at: string;
}

/** One line that says where a trigger came from, for logs. */
export function describeTrigger(trigger: Trigger): string {
  const { repository, subject, delivery, sender } = trigger;
  const place = `${repository.owner}/${repository.name}#${subject.number}`;
  return `${delivery.event}.${delivery.action} by @${sender.login} on ${place}`;
}
