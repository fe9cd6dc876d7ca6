// Which event goes to which handler.
import { goneNames, type HandlerOptions } from "./handler.ts";
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

export function registerHandlers(probot: Pick<ProbotDoor, "on">, options: HandlerOptions): void {
  probot.on("issue_comment.created", onIssueCommentCreated(options));
  probot.on("issues.labeled", onLabeled(options));
  probot.on("pull_request.labeled", onLabeled(options));
  for (const action of ["opened", "reopened", "synchronize"] as const) {
    probot.on(`pull_request.${action}`, onPullRequestChanged(options));
  }
  probot.on("issues.unlabeled", onUnlabeled(options));
  probot.on("pull_request.unlabeled", onUnlabeled(options));
  probot.on("pull_request_review.submitted", onPullRequestReviewSubmitted(options));
  probot.on("pull_request_review_comment.created", onPullRequestReviewCommentCreated(options));
  for (const name of goneNames) probot.on(name, onGone(options));
  probot.on("check_run.completed", onCheckRunCompleted(options));
  probot.on("check_run.requested_action", onCheckRunRequestedAction(options));
  probot.on("check_run.rerequested", onCheckRunRequestedAction(options));
}
