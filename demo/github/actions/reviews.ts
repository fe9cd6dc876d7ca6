// Reviews: a verdict with comments on lines that the diff really shows.
import { diffFiles, hunkAt, patchLines } from "../git/diff.ts";
import { pullChange } from "../git/pull-change.ts";
import { unprocessable } from "../guesses.ts";
import type { Repository, Review, ReviewComment } from "../model/state.ts";
import { type PullIssue, type World, gitOf, nextId, now } from "../model/world.ts";
import { pullShape } from "../shapes/pull.ts";
import { reviewCommentShape, reviewShape } from "../shapes/review.ts";
import { emit } from "../webhooks/emit.ts";
import { checkBody } from "./comments.ts";

type Side = ReviewComment["side"];

interface LineComment {
  path: string;
  body: string;
  line?: number | undefined;
  side?: Side | undefined;
  start_line?: number | undefined;
  start_side?: Side | undefined;
  /** The older way of naming a line: counted from the first hunk header of the file. */
  position?: number | undefined;
  subject_type?: "line" | "file" | undefined;
}

export interface ReviewWishes {
  author: string;
  body: string;
  event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT" | null;
  comments: readonly LineComment[];
  commitId?: string | undefined;
}

const states = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
} as const;

/** Adds a review with its comments, all or nothing. Throws GitHub's 422 for a line outside the diff. */
export async function addReview(
  world: World,
  repository: Repository,
  issue: PullIssue,
  wishes: ReviewWishes,
): Promise<Review> {
  const { author, event, body } = wishes;
  const needsBody = event === "REQUEST_CHANGES" || (event === "COMMENT" && wishes.comments.length === 0);
  if (needsBody) checkBody(body, "PullRequestReview");
  if (author === issue.author && event !== "COMMENT" && event !== null) {
    throw unprocessable(
      `Can not ${event === "APPROVE" ? "approve" : "request changes on"} your own pull request`,
    );
  }
  const places: Awaited<ReturnType<typeof place>>[] = [];
  for (const comment of wishes.comments) places.push(await place(world, repository, issue, comment));
  const review: Review = {
    id: nextId(world),
    repository_id: repository.id,
    number: issue.number,
    author,
    body,
    state: event === null ? "PENDING" : states[event],
    commit_id: wishes.commitId ?? issue.pull.head.sha,
    submitted_at: event === null ? null : now(world),
  };
  world.state.reviews.push(review);
  const added = wishes.comments.map((comment, at) =>
    addComment(world, repository, issue, review, { ...comment, author, ...places[at] }),
  );
  if (event === null) return review;
  issue.updated_at = now(world);
  const shape = reviewShape(world, review);
  emit(world, "pull_request_review", "submitted", repository, author, {
    review: { ...shape, state: review.state.toLowerCase() },
    pull_request: pullShape(world, repository, issue),
  });
  for (const comment of added) tellReviewComment(world, repository, issue, comment, "created", author, {});
  return review;
}

/** Answers in the thread of a review comment. */
export function reply(
  world: World,
  repository: Repository,
  issue: PullIssue,
  to: ReviewComment,
  body: string,
  author: string,
): ReviewComment {
  checkBody(body, "PullRequestReviewComment");
  const first = world.state.review_comments.find((one) => one.id === (to.in_reply_to_id ?? to.id)) ?? to;
  const review: Review = {
    id: nextId(world),
    repository_id: repository.id,
    number: issue.number,
    author,
    body: "",
    state: "COMMENTED",
    commit_id: issue.pull.head.sha,
    submitted_at: now(world),
  };
  world.state.reviews.push(review);
  const comment: ReviewComment = {
    ...first,
    id: nextId(world),
    review_id: review.id,
    author,
    body,
    in_reply_to_id: first.id,
    created_at: now(world),
    updated_at: now(world),
  };
  world.state.review_comments.push(comment);
  tellReviewComment(world, repository, issue, comment, "created", author, {});
  return comment;
}

/** One webhook about a review comment. */
export function tellReviewComment(
  world: World,
  repository: Repository,
  issue: PullIssue,
  comment: ReviewComment,
  action: "created" | "edited" | "deleted",
  sender: string,
  more: Record<string, unknown>,
): void {
  emit(world, "pull_request_review_comment", action, repository, sender, {
    comment: { line: null, original_line: null, ...reviewCommentShape(world, comment) },
    pull_request: pullShape(world, repository, issue),
    ...more,
  });
}

function addComment(
  world: World,
  repository: Repository,
  issue: PullIssue,
  review: Review,
  wishes: LineComment & { author: string; hunk?: string; place?: number; at?: number | null },
): ReviewComment {
  const comment: ReviewComment = {
    id: nextId(world),
    review_id: review.id,
    repository_id: repository.id,
    number: issue.number,
    author: wishes.author,
    body: wishes.body,
    path: wishes.path,
    line: wishes.at ?? null,
    is_outdated: false,
    side: wishes.side ?? "RIGHT",
    start_line: wishes.start_line ?? null,
    start_side: wishes.start_line === undefined ? null : (wishes.start_side ?? wishes.side ?? "RIGHT"),
    subject_type: wishes.subject_type ?? "line",
    diff_hunk: wishes.hunk ?? "",
    position: wishes.place ?? 1,
    commit_id: review.commit_id,
    in_reply_to_id: null,
    created_at: now(world),
    updated_at: now(world),
  };
  world.state.review_comments.push(comment);
  world.state.threads.push({
    id: nextId(world),
    repository_id: repository.id,
    number: issue.number,
    first_comment_id: comment.id,
    resolved_by: null,
  });
  return comment;
}

/** Where in the diff a comment points. Throws GitHub's 422 when the diff does not show that line. */
async function place(world: World, repository: Repository, issue: PullIssue, comment: LineComment) {
  checkBody(comment.body, "PullRequestReviewComment");
  const git = gitOf(world, repository);
  const { from, to } = await pullChange(git, issue.pull);
  const file = (await diffFiles(git, from, to)).find((one) => one.path === comment.path);
  if (!file) throw unprocessable("Path could not be resolved");
  if (comment.subject_type === "file") return { hunk: "", place: 1, at: null };
  const patch = file.patch ?? "";
  const side = comment.side ?? "RIGHT";
  const line = comment.line ?? patchLines(patch)[comment.position ?? 0]?.right ?? null;
  const hunk = line === null ? null : hunkAt(patch, side, line);
  if (line === null || hunk === null) throw unprocessable("Line could not be resolved");
  const startSide = comment.start_side ?? side;
  const start = comment.start_line;
  if (
    start !== undefined &&
    (start >= line || !hunkAt(patch, startSide, start) || !inHunk(hunk, startSide, start))
  ) {
    throw unprocessable("Start line must precede the end line and be in the same hunk");
  }
  const index = patchLines(patch).findIndex((one) => (side === "LEFT" ? one.left : one.right) === line);
  return { hunk, place: Math.max(1, index), at: line };
}

function inHunk(hunk: string, side: Side, line: number): boolean {
  return patchLines(hunk).some((one) => (side === "LEFT" ? one.left : one.right) === line);
}
