// Reviews of a pull request.
import { z } from "zod";
import { addReview } from "../actions/reviews.ts";
import { notFound, unprocessable } from "../guesses.ts";
import type { Review } from "../model/state.ts";
import { reviewCommentShape, reviewShape } from "../shapes/review.ts";
import { type Call, type Endpoints, bodyAs, loginOf, numberParam, ok } from "./endpoint.ts";
import { page } from "./pages.ts";
import { pullIn } from "./pulls.ts";

const Side = z.enum(["LEFT", "RIGHT"]);
const NewReview = z.object({
  body: z.string().default(""),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).optional(),
  commit_id: z.string().optional(),
  comments: z
    .array(
      z.object({
        path: z.string(),
        body: z.string(),
        position: z.number().optional(),
        line: z.number().optional(),
        side: Side.optional(),
        start_line: z.number().optional(),
        start_side: Side.optional(),
      }),
    )
    .default([]),
});

function reviewIn(call: Call): Review {
  const { number, repository_id: id } = pullIn(call);
  const found = call.world.state.reviews.find(
    (one) => one.repository_id === id && one.number === number && one.id === numberParam(call, "review_id"),
  );
  if (!found) throw notFound();
  return found;
}

export const reviewEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews": {
    who: [{ pull_requests: "read" }],
    handle: (call) => {
      const { number, repository_id: id } = pullIn(call);
      const mine = call.world.state.reviews.filter(
        (one) => one.repository_id === id && one.number === number,
      );
      return page(call, mine, (one) => reviewShape(call.world, one));
    },
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals": {
    who: [{ pull_requests: "write" }],
    handle: (call) => {
      const review = reviewIn(call);
      if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
        throw unprocessable(`Can not dismiss a ${review.state.toLowerCase()} pull request review`);
      }
      review.state = "DISMISSED";
      return ok(reviewShape(call.world, review));
    },
  },
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews": {
    who: [{ pull_requests: "write" }],
    handle: async (call) => {
      const { body, event, comments, commit_id: commitId } = bodyAs(call, NewReview);
      const author = loginOf(call);
      const wishes = { author, body, event: event ?? null, comments, commitId };
      const review = await addReview(call.world, call.repository(), pullIn(call), wishes);
      return ok(reviewShape(call.world, review));
    },
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}": {
    who: [{ pull_requests: "read" }],
    handle: (call) => ok(reviewShape(call.world, reviewIn(call))),
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments": {
    who: [{ pull_requests: "read" }],
    handle: (call) => {
      const { id } = reviewIn(call);
      const mine = call.world.state.review_comments.filter((one) => one.review_id === id);
      return page(call, mine, (one) => reviewCommentShape(call.world, one));
    },
  },
};
