// Which event goes to which handler.
import { dispatch, type EventName } from "./dispatch.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { onCheckRunCompleted } from "./on-check-run-completed.ts";
import { onCheckRunRequestedAction } from "./on-check-run-requested-action.ts";
import { onGone } from "./on-gone.ts";
import { onIssueCommentCreated } from "./on-issue-comment-created.ts";
import { onLabeled } from "./on-labeled.ts";
import { onPullRequestChanged } from "./on-pull-request-changed.ts";
import { onPullRequestReviewCommentCreated } from "./on-pull-request-review-comment-created.ts";
import { onPullRequestReviewSubmitted } from "./on-pull-request-review-submitted.ts";
import { onUnlabeled } from "./on-unlabeled.ts";
import type { ProbotDoor } from "./probot.ts";

const handlers: Record<EventName, (options: HandlerOptions) => Handler> = {
  "issue_comment.created": onIssueCommentCreated,
  "pull_request_review_comment.created": onPullRequestReviewCommentCreated,
  "pull_request_review.submitted": onPullRequestReviewSubmitted,
  "issues.labeled": onLabeled,
  "pull_request.labeled": onLabeled,
  "issues.unlabeled": onUnlabeled,
  "pull_request.unlabeled": onUnlabeled,
  "check_run.requested_action": onCheckRunRequestedAction,
  "check_run.rerequested": onCheckRunRequestedAction,
  "check_run.completed": onCheckRunCompleted,
  "pull_request.opened": onPullRequestChanged,
  "pull_request.reopened": onPullRequestChanged,
  "pull_request.synchronize": onPullRequestChanged,
  "installation.deleted": onGone,
  "installation.suspend": onGone,
  "installation_repositories.removed": onGone,
  "repository.transferred": onGone,
  "repository.archived": onGone,
  "repository.deleted": onGone,
  "issues.transferred": onGone,
  "issues.deleted": onGone,
};

export function registerHandlers(probot: Pick<ProbotDoor, "on">, options: HandlerOptions): void {
  for (const { name } of dispatch) probot.on(name, handlers[name](options));
}
