// The review thread in which a command stands: its comments before the request, and the remark that began it.
import { UserError } from "../errors.ts";
import type { GitHub } from "../io/github.ts";
import type { ReviewComment } from "../io/github-material.ts";
import { maxThreadComments, type ReviewThread, type ThreadComment } from "../job/review-thread.ts";
import { withoutHidden } from "./hidden-characters.ts";
import { cut, isOwn, type Self, stoodThen, type ThreadCutoff } from "./thread.ts";
import type { Trigger } from "./trigger.ts";

const maxHunkLines = 20;
const maxHunkChars = 4000;
const maxCommentChars = 8000;

export interface AskedThread {
  thread: ReviewThread;
  /** What began it, when that still says what it said then; by the App itself, when that found something. */
  remark: { text: string; by: string } | undefined;
}

/** The thread of a trigger; undefined when it stands in none. Throws UserError when the thread is gone. */
export async function readReviewThread(
  github: Pick<GitHub, "threadComments">,
  trigger: Trigger,
  self: Self,
): Promise<AskedThread | undefined> {
  const { repository, subject, comment, thread, at } = trigger;
  if (!thread) return undefined;
  const comments = await github.threadComments(repository, subject.number, thread.first);
  const [begin] = comments;
  if (!begin) {
    throw new UserError("The review thread of this command is gone. Ask again in a new comment.");
  }
  const cutoff = { at, ...(comment && { commentId: comment.id }) };
  const root = comments.find(({ id }) => id === thread.first);
  return {
    thread: threadOf(thread.first, comments, { cutoff, self }),
    remark: root && remarkOf(root, { cutoff, self }),
  };
}

/** Of a thread's comments, oldest first, those that a job is told. What the App answered is left out. */
export function threadOf(
  first: number,
  comments: readonly ReviewComment[],
  { cutoff, self }: { cutoff: ThreadCutoff; self: Self },
): ReviewThread {
  const [begin] = comments;
  const told = comments.filter(
    (one) => one.body.trim() !== "" && stoodThen(one, cutoff) && (one.id === first || !isOwn(one, self)),
  );
  const [root, ...answers] = told;
  const kept = root ? [root, ...answers.slice(-(maxThreadComments - 1))] : [];
  const { path = "", line, start_line: start, side, diff_hunk: hunk = "" } = begin ?? {};
  return {
    comment_id: first,
    path: cut(path, 4096),
    ...(typeof line === "number" && { line }),
    ...(typeof line === "number" && typeof start === "number" && { start_line: start }),
    side: side ?? "RIGHT",
    // The end of a hunk is the line that is talked about.
    diff_hunk: cut(hunk.split("\n").slice(-maxHunkLines).join("\n"), maxHunkChars),
    comments: kept.map(asThreadComment),
  };
}

function asThreadComment({ body, created_at: created, user }: ReviewComment): ThreadComment {
  return {
    author: (user?.login ?? "ghost").slice(0, 100),
    created_at: new Date(created).toISOString(),
    text: cut(body, maxCommentChars),
  };
}

function remarkOf(
  root: ReviewComment,
  { cutoff, self }: { cutoff: ThreadCutoff; self: Self },
): AskedThread["remark"] {
  if (!stoodThen(root, cutoff)) return undefined;
  // The goal is shown and told further: what a person doesn't see of a remark is no part of it.
  const visible = withoutHidden(root.body.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "")).trim();
  const text = isOwn(root, self) ? visible.replace(gravity, "") : visible;
  return text === "" ? undefined : { text, by: (root.user?.login ?? "ghost").slice(0, 100) };
}

/** The line above a finding of ours that says how grave it is. */
const gravity = /^\*\*[^*\n]{1,40}\*\*\n+/;
