// Which comments are ours. A marker alone proves nothing, since anyone can type one.
import type { Comment, RepositoryName } from "../io/github.ts";
import type { AppIdentity, PublisherGitHub } from "./deps.ts";
import { carries } from "./render/marker.ts";

/** Clocks differ: ours said when the job was made, GitHub's says when the comment was. */
const clockSkewMs = 10 * 60 * 1000;

/** The App's own comments that begin with the marker and were changed since `since`, oldest first. */
export async function ownComments(
  github: Pick<PublisherGitHub, "comments">,
  app: Pick<AppIdentity, "id" | "botLogin">,
  wanted: { repository: RepositoryName; number: number; marker: string; since: Date },
): Promise<Comment[]> {
  const since = new Date(wanted.since.getTime() - clockSkewMs).toISOString();
  const comments = await github.comments(wanted.repository, wanted.number, since);
  return comments
    .filter((comment) => isOurs(comment, app) && carries(comment.body, wanted.marker))
    .toSorted((one, other) => one.id - other.id);
}

function isOurs(comment: Comment, app: Pick<AppIdentity, "id" | "botLogin">): boolean {
  return comment.performed_via_github_app?.id === app.id || comment.user?.login === app.botLogin;
}
