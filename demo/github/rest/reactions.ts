// Reactions to issues, comments and review comments: three doors to the same thing.
import { z } from "zod";
import { react, unreact } from "../actions/reactions.ts";
import { notFound } from "../guesses.ts";
import { Content } from "../model/state.ts";
import { reactionShape } from "../shapes/issue.ts";
import {
  type Call,
  type Endpoint,
  type Endpoints,
  bodyAs,
  loginOf,
  noContent,
  numberParam,
} from "./endpoint.ts";
import { commentIn } from "./comments.ts";
import { readsConversation, subject, writesConversation } from "./issues.ts";
import { page } from "./pages.ts";
import { reviewCommentIn } from "./review-comments.ts";

type Find = (call: Call, level: "read" | "write") => { id: number };

const Body = z.object({ content: Content });

function endpoints(find: Find): { list: Endpoint; create: Endpoint; remove: Endpoint } {
  return {
    list: {
      who: readsConversation,
      handle: (call) => {
        const { id } = find(call, "read");
        const content = call.query.get("content");
        const mine = call.world.state.reactions.filter(
          (one) => one.subject_id === id && (content === null || one.content === content),
        );
        return page(call, mine, (one) => reactionShape(call.world, one));
      },
    },
    create: {
      who: writesConversation,
      handle: (call) => {
        const { content } = bodyAs(call, Body);
        const done = react(call.world, find(call, "write").id, content, loginOf(call));
        return { status: done.created ? 201 : 200, body: reactionShape(call.world, done.reaction) };
      },
    },
    remove: {
      who: writesConversation,
      handle: (call) => {
        if (!unreact(call.world, find(call, "write").id, numberParam(call, "reaction_id"))) throw notFound();
        return noContent();
      },
    },
  };
}

const onIssue = endpoints(subject);
const onComment = endpoints(commentIn);
const onReviewComment = endpoints(reviewCommentIn);

export const reactionEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/issues/{issue_number}/reactions": onIssue.list,
  "POST /repos/{owner}/{repo}/issues/{issue_number}/reactions": onIssue.create,
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/reactions/{reaction_id}": onIssue.remove,
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": onComment.list,
  "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions": onComment.create,
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}": onComment.remove,
  "GET /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions": onReviewComment.list,
  "POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions": onReviewComment.create,
  "DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions/{reaction_id}": onReviewComment.remove,
};
