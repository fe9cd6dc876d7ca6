// Review threads and their comments as GraphQL sees them.
import { threadComments } from "../actions/threads.ts";
import type { ReviewComment, Thread } from "../model/state.ts";
import { nodeId } from "../shapes/links.ts";
import { reviewCommentShape } from "../shapes/review.ts";
import { actorNode } from "./actor-node.ts";
import { type ConnectionArguments, connection } from "./connection.ts";
import type { Context } from "./context.ts";

export function threadNode(context: Context, thread: Thread): object {
  const [first] = threadComments(context.world, thread);
  return {
    __typename: "PullRequestReviewThread",
    id: nodeId("PullRequestReviewThread", thread.id),
    isResolved: thread.resolved_by !== null,
    isOutdated: first?.is_outdated ?? false,
    isCollapsed: thread.resolved_by !== null,
    path: first?.path ?? "",
    line: first?.is_outdated === true ? null : (first?.line ?? null),
    originalLine: first?.line ?? null,
    startLine: first?.start_line ?? null,
    diffSide: first?.side ?? "RIGHT",
    subjectType: (first?.subject_type ?? "line").toUpperCase(),
    resolvedBy: () => (thread.resolved_by === null ? null : actorNode(context, thread.resolved_by)),
    comments: (page: ConnectionArguments) =>
      connection(threadComments(context.world, thread), page, (one) => reviewCommentNode(context, one)),
  };
}

function reviewCommentNode(context: Context, comment: ReviewComment) {
  const shape = reviewCommentShape(context.world, comment);
  return {
    __typename: "PullRequestReviewComment",
    id: shape.node_id,
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    path: comment.path,
    line: comment.line,
    diffHunk: comment.diff_hunk,
    url: shape.html_url,
    author: () => actorNode(context, comment.author),
    authorAssociation: shape.author_association,
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
    lastEditedAt: comment.updated_at === comment.created_at ? null : comment.updated_at,
  };
}
