// What a new review leaves out because it was said before, and what of that is fixed. Pure.
import type { ThreadState } from "../../io/github-threads.ts";
import type { ReviewFinding } from "../../job/review-finding.ts";

export interface Compared {
  /** Findings that nobody has been told. */
  fresh: ReviewFinding[];
  /** How many of our threads wait for somebody. */
  open: number;
  /** Our threads whose lines have changed, and that the reviewer no longer finds anything wrong with. */
  fixed: ThreadState[];
}

/** An agent words the same thing differently each time, and lines move a little. */
const nearLines = 5;
const alikeShare = 0.5;

/**
 * Compares findings with the threads of the pull request. Only threads that `self` began count; one that a person has
 * answered is theirs to resolve, and one that a person has resolved isn't brought up again on the same lines.
 */
export function compareWithEarlier(
  findings: readonly ReviewFinding[],
  threads: readonly ThreadState[],
  self: string,
): Compared {
  const ours = threads.filter(({ comments }) => comments[0]?.author === self);
  const standing = ours.filter(({ isResolved, isOutdated }) => !(isResolved && isOutdated));
  const fresh = findings.filter((finding) => !standing.some((thread) => isAlike(finding, thread)));
  const waiting = ours.filter(({ isResolved }) => !isResolved);
  const fixed = waiting.filter(
    (thread) =>
      thread.isOutdated &&
      thread.comments.every(({ author }) => author === self) &&
      !findings.some((finding) => isAlike(finding, thread)),
  );
  return { fresh, open: waiting.length - fixed.length, fixed };
}

function isAlike({ path, line, text }: ReviewFinding, thread: ThreadState): boolean {
  if (path !== thread.path) return false;
  if (thread.line !== undefined && Math.abs(thread.line - line) > nearLines) return false;
  const said = wordsOf(withoutFrame(thread.comments[0]?.body ?? ""));
  const found = wordsOf(text);
  const both = [...found].filter((word) => said.has(word)).length;
  return both > 0 && both / (said.size + found.size - both) >= alikeShare;
}

/** Our comment without the line about its gravity and the suggestion. */
function withoutFrame(body: string): string {
  return body
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^\s*\*\*[^*\n]{1,40}\*\*\n/, "")
    .replace(/(`{3,})suggestion\n[\s\S]*?\n?\1/g, "");
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}
