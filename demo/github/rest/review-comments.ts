// Comments on the lines of a pull request, outside of a review or in answer to one.
import { z } from "zod";
import { checkBody } from "../actions/comments.ts";
import { addReview, reply, tellReviewComment } from "../actions/reviews.ts";
import { notFound } from "../guesses.ts";
import type { ReviewComment } from "../model/state.ts";
import { now, pullOf } from "../model/world.ts";
import { reviewCommentShape } from "../shapes/review.ts";
import {
  type Call,
  type Endpoints,
  bodyAs,
  created,
  loginOf,
  noContent,
  numberParam,
  ok,
} from "./endpoint.ts";
import { page } from "./pages.ts";
import { pullIn } from "./pulls.ts";

const Side = z.enum(["LEFT", "RIGHT"]);
const NewComment = z.object({
  body: z.string(),
  path: z.string(),
  commit_id: z.string(),
  line: z.number().optional(),
  side: Side.optional(),
  start_line: z.number().optional(),
  start_side: Side.optional(),
  position: z.number().optional(),
  subject_type: z.enum(["line", "file"]).optional(),
  in_reply_to: z.number().optional(),
});
const Body = z.object({ body: z.string() });

/** The review comment of the path. */
export function reviewCommentIn(call: Call): ReviewComment {
  return reviewCommentById(call, numberParam(call, "comment_id"));
}

function reviewCommentById(call: Call, id: number): ReviewComment {
  const { id: repositoryId } = call.repository();
  const { review_comments: all } = call.world.state;
  const found = all.find((one) => one.repository_id === repositoryId && one.id === id);
  if (!found) throw notFound();
  return found;
}

async function create(call: Call) {
  const { in_reply_to: to, commit_id: commitId, ...comment } = bodyAs(call, NewComment);
  const { world } = call;
  const author = loginOf(call);
  const issue = pullIn(call);
  if (to !== undefined) {
    const answer = reply(world, call.repository(), issue, reviewCommentById(call, to), comment.body, author);
    return created(reviewCommentShape(world, answer));
  }
  const wishes = { author, body: "", event: "COMMENT" as const, comments: [comment], commitId };
  const review = await addReview(world, call.repository(), issue, wishes);
  const made = world.state.review_comments.filter((one) => one.review_id === review.id);
  return created(made.map((one) => reviewCommentShape(world, one))[0]);
}

export const reviewCommentEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments": {
    who: [{ pull_requests: "read" }],
    handle: (call) => {
      const { number, repository_id: id } = pullIn(call);
      const { query, world } = call;
      const since = query.get("since");
      const mine = world.state.review_comments.filter(
        (one) =>
          one.repository_id === id && one.number === number && (since === null || one.updated_at >= since),
      );
      // Without `sort` they come as they were made, and `direction` has no effect.
      const key = query.get("sort") === "updated" ? "updated_at" : "created_at";
      const up = mine.toSorted((one, other) => one[key].localeCompare(other[key]) || one.id - other.id);
      const isDown = query.has("sort") && query.get("direction") === "desc";
      return page(call, isDown ? up.toReversed() : up, (one) => reviewCommentShape(call.world, one));
    },
  },
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments": {
    who: [{ pull_requests: "write" }],
    handle: create,
  },
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies": {
    who: [{ pull_requests: "write" }],
    handle: (call) => {
      const { body } = bodyAs(call, Body);
      const to = reviewCommentIn(call);
      const answer = reply(call.world, call.repository(), pullIn(call), to, body, loginOf(call));
      return created(reviewCommentShape(call.world, answer));
    },
  },
  "GET /repos/{owner}/{repo}/pulls/comments/{comment_id}": {
    who: [{ pull_requests: "read" }],
    handle: (call) => ok(reviewCommentShape(call.world, reviewCommentIn(call))),
  },
  "PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}": {
    who: [{ pull_requests: "write" }],
    handle: (call) => {
      const { world } = call;
      const { body } = bodyAs(call, Body);
      checkBody(body, "PullRequestReviewComment");
      const comment = reviewCommentIn(call);
      const changes = { body: { from: comment.body } };
      comment.body = body;
      comment.updated_at = now(world);
      const issue = pullOf(world, call.repository(), comment.number);
      tellReviewComment(world, call.repository(), issue, comment, "edited", loginOf(call), { changes });
      return ok(reviewCommentShape(world, comment));
    },
  },
  "DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}": {
    who: [{ pull_requests: "write" }],
    handle: (call) => {
      const { world } = call;
      const comment = reviewCommentIn(call);
      world.state.review_comments = world.state.review_comments.filter((one) => one !== comment);
      const issue = pullOf(world, call.repository(), comment.number);
      tellReviewComment(world, call.repository(), issue, comment, "deleted", loginOf(call), {});
      return noContent();
    },
  },
};
