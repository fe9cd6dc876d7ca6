// What was said on lines of a pull request before the request.
import { explain } from "../../errors.ts";
import type { RepositoryName } from "../../io/github.ts";
import type { MaterialCalls, ReviewComment } from "../../io/github-material.ts";
import type { ReviewThread } from "../../job/review-thread.ts";
import { cut } from "../thread.ts";
import type { MaterialPart } from "./material-part.ts";

const maxComments = 50;
const maxChars = 8000;
/** The end of a hunk is the line that is talked about. */
const hunkLines = 8;

/** Oldest first, without the threads `except`. What was written or edited later than `at` is left out, like in the conversation. */
export async function readReviewComments(
  github: Pick<MaterialCalls, "reviewComments">,
  repository: RepositoryName,
  number: number,
  { at, except }: { at: string; except: readonly Pick<ReviewThread, "comment_id">[] },
): Promise<MaterialPart> {
  try {
    const told = new Set(except.map((thread) => thread.comment_id));
    const comments = (await github.reviewComments(repository, number)).filter(
      (one) => stoodThen(one, at) && !told.has(one.in_reply_to_id ?? one.id),
    );
    const found = comments.slice(0, maxComments).toReversed().map(asMaterial);
    const older = comments.length - found.length;
    return { found, leftOut: older > 0 ? [`${older} older comments on lines are missing.`] : [] };
  } catch (error) {
    return { found: [], leftOut: [`Comments on lines could not be read: ${cut(explain(error), 200)}.`] };
  }
}

function stoodThen({ created_at: created, updated_at: updated, body }: ReviewComment, at: string): boolean {
  const [begin, end] = [Date.parse(created), Date.parse(at)];
  // An edit in the very second of the request may have come after it.
  const isEdited = updated !== created && Date.parse(updated) >= end;
  return body.trim() !== "" && begin < end && !isEdited;
}

function asMaterial({ path, line, original_line: before, diff_hunk: hunk, body, user }: ReviewComment) {
  const place = line ?? before;
  const name = `${path}${place === null || place === undefined ? "" : `:${place}`}`;
  const lines = hunk.split("\n").slice(-hunkLines).join("\n");
  const text = cut(`${lines}\n\n${body}`, maxChars);
  return { kind: "review_comment" as const, name: cut(name, 500), author: user?.login ?? "ghost", text };
}
