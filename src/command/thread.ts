// The conversation before the request. What was written or edited after it never gets in.
import type { Comment, GitHub, RepositoryName } from "../io/github.ts";
import type { ContextMessage } from "../job/job-spec.ts";

export interface ThreadCutoff {
  /** When the request was made, ISO 8601. GitHub's times have whole seconds. */
  at: string;
  /** The comment that asked: it and what came after it in the same second stay out. */
  commentId?: number;
}

/** The App's own account: what it wrote is progress and reports, not conversation. */
export interface Self {
  appId: number;
  login: string;
}

export const maxThreadMessages = 100;
export const maxThreadChars = 200_000;
const maxMessageChars = 70_000;

/** Reads the comments before the request, oldest first, the latest `maxThreadMessages` of them at most. */
export async function readThread(
  github: Pick<GitHub, "latestComments">,
  repository: RepositoryName,
  subject: { number: number; comments: number },
  cutoff: ThreadCutoff,
  self: Self,
): Promise<ContextMessage[]> {
  const comments = await github.latestComments(repository, subject.number, subject.comments);
  return selectThread(comments, cutoff, self);
}

/**
 * Of these comments those that stood there, in these words, when the request was made; bounded in number and
 * in characters, the latest kept. Everyone is `user`: what another bot wrote is no more trusted than a person.
 */
export function selectThread(
  comments: readonly Comment[],
  cutoff: ThreadCutoff,
  self: Self,
): ContextMessage[] {
  const thread: ContextMessage[] = [];
  let chars = 0;
  for (const comment of comments.toSorted(byTimeThenId).toReversed()) {
    const content = cut(comment.body ?? "", maxMessageChars);
    if (content.trim() === "" || !stoodThen(comment, cutoff) || isOwn(comment, self)) continue;
    chars += content.length;
    if (thread.length === maxThreadMessages || chars > maxThreadChars) break;
    thread.push({
      role: "user",
      author: (comment.user?.login ?? "ghost").slice(0, 100),
      created_at: new Date(comment.created_at).toISOString(),
      content,
    });
  }
  return thread.toReversed();
}

type Timed = Pick<Comment, "id" | "created_at" | "updated_at">;

/** Whether a comment stood there, in these words, when the request was made. */
export function stoodThen(comment: Timed, cutoff: ThreadCutoff): boolean {
  return cameBefore(comment, cutoff) && !editedSince(comment, cutoff);
}

function cameBefore(comment: Timed, cutoff: ThreadCutoff): boolean {
  const created = Date.parse(comment.created_at);
  const at = Date.parse(cutoff.at);
  if (comment.id === cutoff.commentId || created > at) return false;
  if (created < at) return true;
  return cutoff.commentId === undefined || comment.id < cutoff.commentId;
}

/** An edit in the very second of the request may have come after it, so it counts as later. */
function editedSince(comment: Timed, cutoff: ThreadCutoff): boolean {
  const updated = Date.parse(comment.updated_at);
  return updated !== Date.parse(comment.created_at) && updated >= Date.parse(cutoff.at);
}

/** Whether the App wrote it. */
export function isOwn(
  { user, performed_via_github_app: via }: Partial<Pick<Comment, "user" | "performed_via_github_app">>,
  self: Self,
): boolean {
  return via?.id === self.appId || user?.login.toLowerCase() === self.login.toLowerCase();
}

function byTimeThenId(a: Comment, b: Comment): number {
  return Date.parse(a.created_at) - Date.parse(b.created_at) || a.id - b.id;
}

/** The first `maxChars` characters, never ending in half a surrogate pair. */
export function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : text.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/, "");
}
