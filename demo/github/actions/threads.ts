// The threads of review comments: resolved or not.
import type { Repository, ReviewComment, Thread } from "../model/state.ts";
import { type World, now, pullOf, repositoryById } from "../model/world.ts";
import { pullShape } from "../shapes/pull.ts";
import { reviewCommentShape } from "../shapes/review.ts";
import { nodeId } from "../shapes/links.ts";
import { emit } from "../webhooks/emit.ts";

/** The comments of a thread, oldest first. */
export function threadComments(world: World, thread: Thread): ReviewComment[] {
  const { first_comment_id: first } = thread;
  return world.state.review_comments.filter((one) => one.id === first || one.in_reply_to_id === first);
}

/** The threads of one pull request. */
export function threadsOf(world: World, repository: Repository, number: number): Thread[] {
  return world.state.threads.filter((one) => one.repository_id === repository.id && one.number === number);
}

/** Resolves a thread, or opens it again with `by` null. */
export function resolveThread(world: World, thread: Thread, by: string | null, sender: string): void {
  if ((thread.resolved_by === null) === (by === null)) return;
  thread.resolved_by = by;
  const repository = repositoryById(world, thread.repository_id);
  const issue = pullOf(world, repository, thread.number);
  const action = by === null ? "unresolved" : "resolved";
  emit(world, "pull_request_review_thread", action, repository, sender, {
    thread: {
      node_id: nodeId("PullRequestReviewThread", thread.id),
      comments: threadComments(world, thread).map((one) => ({
        line: null,
        original_line: null,
        ...reviewCommentShape(world, one),
      })),
    },
    pull_request: pullShape(world, repository, issue),
    updated_at: now(world),
  });
}
