// "address all" on a pull request: every review thread that nobody has resolved is part of the job.
import { UserError } from "../errors.ts";
import type { GitHub } from "../io/github.ts";
import { maxThreads, type ReviewThread } from "../job/review-thread.ts";
import { threadOf } from "./review-thread.ts";
import type { Self } from "./thread.ts";
import type { JobCommand } from "./to-job-spec.ts";
import type { Trigger } from "./trigger.ts";

const wording =
  /^address all(?: (?:the |open |unresolved |review )*(?:comments|threads|remarks|findings|feedback))?\s*(?:$|[.,;:!])/i;

/** Whether a command's text means all open review threads; on an issue there are none. */
export function asksForAllThreads(
  { subject }: Pick<Trigger, "subject">,
  { text }: Pick<JobCommand, "text">,
): boolean {
  return subject.kind === "pull_request" && wording.test(text.trim());
}

/**
 * The unresolved threads, oldest first, as they stood when it was asked; the latest `maxThreads` of them. Throws
 * UserError when there is none.
 */
export async function readOpenThreads(
  github: Pick<GitHub, "allThreadComments" | "threadStates">,
  { repository, subject, comment, thread, at }: Trigger,
  self: Self,
): Promise<ReviewThread[]> {
  const states = await github.threadStates(repository, subject.number);
  const open = states.filter(({ isResolved }) => !isResolved).map(({ first }) => first);
  const comments = open.length > 0 ? await github.allThreadComments(repository, subject.number) : [];
  // A comment of the conversation has a number of another kind.
  const cutoff = { at, ...(comment && thread && { commentId: comment.id }) };
  const threads = open
    .map((first) => {
      const said = comments.filter(({ id, in_reply_to_id: to }) => (to ?? id) === first);
      return threadOf(first, said, { cutoff, self });
    })
    // What was said after the request is no part of it.
    .filter((thread) => thread.comments.length > 0);
  if (threads.length > 0) return threads.slice(-maxThreads);
  throw new UserError(
    `No review thread of #${subject.number} is open, so there is nothing to address. Say what is wanted instead.`,
    { code: "invalid_job" },
  );
}
