// Comments in the conversation of an issue or a pull request.
import { locked, unprocessable, validationFailed } from "../guesses.ts";
import type { Comment, Issue, Repository } from "../model/state.ts";
import { type World, botLogin, issueOf, nextId, now } from "../model/world.ts";
import { commentShape, issueShape } from "../shapes/issue.ts";
import { emit } from "../webhooks/emit.ts";

/** GitHub's limit for bodies, in characters. */
const maxBodyChars = 65_536;

/** Throws GitHub's 422 for a body that is empty or too long. */
export function checkBody(body: string, resource: string): void {
  if (body.trim() === "") throw validationFailed({ resource, field: "body", code: "missing_field" });
  if (Array.from(body).length <= maxBodyChars) return;
  const message = `body is too long (maximum is ${maxBodyChars} characters)`;
  throw validationFailed({ resource, field: "body", code: "custom", message });
}

export function createComment(
  world: World,
  repository: Repository,
  issue: Issue,
  body: string,
  author: string,
): Comment {
  checkBody(body, "IssueComment");
  if (issue.locked && author === botLogin(world)) throw locked();
  const comment: Comment = {
    id: nextId(world),
    repository_id: repository.id,
    number: issue.number,
    author,
    via_app: author === botLogin(world),
    body,
    created_at: now(world),
    updated_at: now(world),
  };
  world.state.comments.push(comment);
  issue.updated_at = now(world);
  tell(world, repository, comment, "created", author, {});
  return comment;
}

export function editComment(
  world: World,
  repository: Repository,
  comment: Comment,
  body: string,
  sender: string,
): void {
  checkBody(body, "IssueComment");
  const from = comment.body;
  comment.body = body;
  comment.updated_at = now(world);
  tell(world, repository, comment, "edited", sender, { changes: { body: { from } } });
}

export function deleteComment(world: World, repository: Repository, comment: Comment, sender: string): void {
  const { state } = world;
  if (!state.comments.includes(comment)) throw unprocessable("the comment is gone");
  state.comments = state.comments.filter((one) => one !== comment);
  tell(world, repository, comment, "deleted", sender, {});
}

function tell(
  world: World,
  repository: Repository,
  comment: Comment,
  action: string,
  sender: string,
  more: Record<string, unknown>,
): void {
  emit(world, "issue_comment", action, repository, sender, {
    issue: issueShape(world, repository, issueOf(world, repository, comment.number)),
    comment: commentShape(world, repository, comment),
    ...more,
  });
}
