// Reviews and their comments as REST and webhooks show them.
import type { Repository, Review, ReviewComment } from "../model/state.ts";
import { type World, repositoryById } from "../model/world.ts";
import { association, reactionsShape } from "./issue.ts";
import { nodeId, repositoryApi, repositoryPage } from "./links.ts";
import { userShape } from "./user.ts";

function addresses(world: World, repository: Repository, number: number) {
  return {
    pull: `${repositoryApi(world, repository)}/pulls/${number}`,
    page: `${repositoryPage(world, repository)}/pull/${number}`,
  };
}

export function reviewShape(world: World, review: Review) {
  const repository = repositoryById(world, review.repository_id);
  const { pull, page } = addresses(world, repository, review.number);
  const html = `${page}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userShape(world, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association(repository, review.author),
    _links: { html: { href: html }, pull_request: { href: pull } },
    ...(review.submitted_at === null ? {} : { submitted_at: review.submitted_at }),
    commit_id: review.commit_id,
  };
}

export function reviewCommentShape(world: World, comment: ReviewComment) {
  const repository = repositoryById(world, comment.repository_id);
  const { pull, page } = addresses(world, repository, comment.number);
  const url = `${repositoryApi(world, repository)}/pulls/comments/${comment.id}`;
  const html = `${page}#discussion_r${comment.id}`;
  return {
    url,
    pull_request_review_id: comment.review_id,
    id: comment.id,
    node_id: nodeId("PullRequestReviewComment", comment.id),
    diff_hunk: comment.diff_hunk,
    path: comment.path,
    commit_id: comment.commit_id,
    original_commit_id: comment.commit_id,
    user: userShape(world, comment.author),
    body: comment.body,
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    html_url: html,
    pull_request_url: pull,
    author_association: association(repository, comment.author),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    reactions: reactionsShape(world, comment.id, url),
    start_line: comment.start_line,
    original_start_line: comment.start_line,
    start_side: comment.start_side,
    ...(comment.line === null ? {} : { original_line: comment.line }),
    ...(comment.line === null || comment.is_outdated ? {} : { line: comment.line }),
    side: comment.side,
    position: comment.position,
    original_position: comment.position,
    subject_type: comment.subject_type,
    ...(comment.in_reply_to_id === null ? {} : { in_reply_to_id: comment.in_reply_to_id }),
  };
}
