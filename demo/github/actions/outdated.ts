// Comments on lines after a push: they move along with their line, or are outdated once it has changed.
import type { GitRepository } from "../git/repository.ts";
import type { ReviewComment } from "../model/state.ts";

/** Brings the comments of one pull request from the commit `before` to `after`. */
export async function moveComments(
  git: GitRepository,
  comments: readonly ReviewComment[],
  { before, after }: { before: string; after: string },
): Promise<void> {
  for (const comment of comments) {
    if (comment.line === null || comment.is_outdated || comment.side === "LEFT") continue;
    const diff = await git.text(["diff", "-U0", "--no-renames", before, after, "--", comment.path]);
    const line = lineAfter(diff, comment.line);
    if (line === undefined) comment.is_outdated = true;
    else comment.line = line;
  }
}

/** Where a line of the old file stands in the new one; undefined when it was changed or taken away. */
function lineAfter(diff: string, line: number): number | undefined {
  let moved = line;
  for (const [, start, removed = "1", added = "1"] of diff.matchAll(
    /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/gm,
  )) {
    const first = Number(start);
    const last = first + Number(removed) - 1;
    if (Number(removed) > 0 && line >= first && line <= last) return undefined;
    if (first < line) moved += Number(added) - Number(removed);
  }
  return moved;
}
