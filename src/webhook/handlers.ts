// Which event goes to which handler.
import type { HandlerOptions } from "./handler.ts";
import { onIssueCommentCreated } from "./on-issue-comment-created.ts";
import { onIssuesLabeled } from "./on-issues-labeled.ts";
import { onPullRequestLabeled } from "./on-pull-request-labeled.ts";
import type { ProbotDoor } from "./probot.ts";

export function registerHandlers(probot: Pick<ProbotDoor, "on">, options: HandlerOptions): void {
  probot.on("issue_comment.created", onIssueCommentCreated(options));
  probot.on("issues.labeled", onIssuesLabeled(options));
  probot.on("pull_request.labeled", onPullRequestLabeled(options));
}
