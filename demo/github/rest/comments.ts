// Comments on issues and pull requests.
import { z } from "zod";
import { createComment, deleteComment, editComment } from "../actions/comments.ts";
import type { Comment } from "../model/state.ts";
import { commentOf, issueOf } from "../model/world.ts";
import { rendered } from "../shapes/rendered.ts";
import { commentShape } from "../shapes/issue.ts";
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
import { readsConversation, requireFor, subject, writesConversation } from "./issues.ts";
import { page } from "./pages.ts";

const Body = z.object({ body: z.string() });

/** The comment of the path, after the permission check that its issue or pull request asks for. */
export function commentIn(call: Call, level: "read" | "write"): Comment {
  const comment = commentOf(call.world, call.repository(), numberParam(call, "comment_id"));
  requireFor(call, issueOf(call.world, call.repository(), comment.number), level);
  return comment;
}

function list(call: Call, comments: readonly Comment[]) {
  const since = call.query.get("since");
  const sorted = call.query.get("direction") === "desc" ? comments.toReversed() : comments;
  const wanted = sorted.filter((comment) => since === null || comment.updated_at >= since);
  return page(call, wanted, (comment) => ({
    ...commentShape(call.world, call.repository(), comment),
    ...rendered(call.world, call.accept, comment.body),
  }));
}

export const commentEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": {
    who: readsConversation,
    handle: (call) => {
      const issue = subject(call, "read");
      const { comments } = call.world.state;
      return list(
        call,
        comments.filter((one) => one.repository_id === issue.repository_id && one.number === issue.number),
      );
    },
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": {
    who: writesConversation,
    handle: (call) => {
      const { body } = bodyAs(call, Body);
      const comment = createComment(
        call.world,
        call.repository(),
        subject(call, "write"),
        body,
        loginOf(call),
      );
      const shape = commentShape(call.world, call.repository(), comment);
      return { ...created(shape), headers: { location: shape.url } };
    },
  },
  "GET /repos/{owner}/{repo}/issues/comments": {
    who: readsConversation,
    handle: (call) => {
      const { id } = call.repository();
      return list(
        call,
        call.world.state.comments.filter((one) => one.repository_id === id),
      );
    },
  },
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": {
    who: readsConversation,
    handle: (call) => ok(commentShape(call.world, call.repository(), commentIn(call, "read"))),
  },
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": {
    who: writesConversation,
    handle: (call) => {
      const { body } = bodyAs(call, Body);
      const comment = commentIn(call, "write");
      editComment(call.world, call.repository(), comment, body, loginOf(call));
      return ok(commentShape(call.world, call.repository(), comment));
    },
  },
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": {
    who: writesConversation,
    handle: (call) => {
      deleteComment(call.world, call.repository(), commentIn(call, "write"), loginOf(call));
      return noContent();
    },
  },
};
