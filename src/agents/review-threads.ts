// The review threads that a job is about, for its prompt: the lines, and what was said about them. Pure.
import type { ReviewThread } from "../job/review-thread.ts";
import { revealInvisible } from "./invisible.ts";
import { fence, visibleText } from "./untrusted-text.ts";

/** A section of its own; empty without threads. */
export function renderReviewThreads(threads: readonly ReviewThread[]): string {
  if (threads.length === 0) return "";
  if (threads.length === 1) {
    return `# The review thread\n\nThe goal is about these lines.\n\n${threads.map(render).join("")}`;
  }
  const each = threads.map((thread, at) => `## Thread ${at + 1} of ${threads.length}\n\n${render(thread)}`);
  return `# The review threads\n\nThe goal is about these lines.\n\n${each.join("\n\n")}`;
}

function render(thread: ReviewThread): string {
  const { diff_hunk: hunk, comments } = thread;
  const lines = hunk === "" ? "" : fence(`the diff at ${placeOf(thread)}`, revealInvisible(hunk));
  const said = comments.map(({ author, created_at: at, text }) =>
    fence(`comment on ${placeOf(thread)} by @${author} at ${at}`, visibleText(text)),
  );
  return [lines, ...said].filter((part) => part !== "").join("\n\n");
}

function placeOf({ path, line, start_line: start, side }: ReviewThread): string {
  if (line === undefined) return `${path}, lines that have changed since or the whole file`;
  const lines = start === undefined ? `${line}` : `${start}-${line}`;
  return `${path}:${lines}${side === "LEFT" ? " before the change" : ""}`;
}
