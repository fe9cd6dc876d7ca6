// Comments on the lines of a pull request.
import { notFound } from "../guesses.ts";
import type { ReviewComment } from "../model/state.ts";
import { type Call, type Endpoints, numberParam } from "./endpoint.ts";

/** The review comment of the path. */
export function reviewCommentIn(call: Call): ReviewComment {
  const { id: repositoryId } = call.repository();
  const id = numberParam(call, "comment_id");
  const found = call.world.state.review_comments.find(
    (one) => one.repository_id === repositoryId && one.id === id,
  );
  if (!found) throw notFound();
  return found;
}

export const reviewCommentEndpoints: Endpoints = {};
