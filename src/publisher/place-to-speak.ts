// Where a word is said: in the conversation of an issue or pull request, or in one review thread of it.
import { UserError } from "../errors.ts";
import { statusOf } from "../io/github-error.ts";
import type { Comment, RepositoryName } from "../io/github.ts";
import type { AppIdentity, PublisherGitHub } from "./deps.ts";
import { carries } from "./render/marker.ts";

/** What is known of something that we said. */
export type Post = Pick<Comment, "id" | "html_url" | "body">;

export interface PlaceToSpeak {
  /** The first comment of the review thread; undefined for the conversation. */
  thread: number | undefined;
  /** The App's own words that begin with the marker and were changed since `since`, oldest first. */
  own(marker: string, since: Date): Promise<Post[]>;
  create(body: string): Promise<Post>;
  update(id: number, body: string): Promise<Post>;
  remove(id: number): Promise<void>;
}

/** Clocks differ: ours said when the job was made, GitHub's says when the comment was. */
const clockSkewMs = 10 * 60 * 1000;

interface Where {
  repository: RepositoryName;
  number: number;
  thread?: number | undefined;
}

type Who = Pick<AppIdentity, "id" | "botLogin">;
type SpeakingGitHub = Pick<
  PublisherGitHub,
  | "comments"
  | "createComment"
  | "updateComment"
  | "deleteComment"
  | "threadCommentsSince"
  | "replyInThread"
  | "updateThreadComment"
  | "deleteThreadComment"
>;

/** The place itself; whether it is still there shows when something is created. */
export function placeToSpeak(github: SpeakingGitHub, app: Who, where: Where): PlaceToSpeak {
  const { repository, number, thread } = where;
  if (thread === undefined) {
    return {
      thread,
      async own(marker, since) {
        const comments = await github.comments(repository, number, from(since));
        return ours(comments, app, marker);
      },
      create: (body) => github.createComment(repository, number, body),
      update: (id, body) => github.updateComment(repository, id, body),
      remove: (id) => github.deleteComment(repository, id),
    };
  }
  return {
    thread,
    async own(marker, since) {
      const comments = await github.threadCommentsSince(repository, number, from(since));
      const here = comments.filter((comment) => comment.in_reply_to_id === thread);
      return ours(here, app, marker);
    },
    create: (body) => github.replyInThread(repository, number, thread, body),
    update: (id, body) => github.updateThreadComment(repository, id, body),
    remove: (id) => github.deleteThreadComment(repository, id),
  };
}

/**
 * Does `work` where it was asked; in the conversation when the thread has been deleted, so that there always is an
 * answer.
 */
export async function orInConversation<T>(
  github: SpeakingGitHub,
  app: Who,
  where: Where,
  work: (place: PlaceToSpeak) => Promise<T>,
): Promise<T> {
  try {
    return await work(placeToSpeak(github, app, where));
  } catch (error) {
    if (where.thread === undefined || !(error instanceof UserError) || statusOf(error) !== 404) throw error;
    return work(placeToSpeak(github, app, { ...where, thread: undefined }));
  }
}

function from(since: Date): string {
  return new Date(since.getTime() - clockSkewMs).toISOString();
}

/** A marker alone proves nothing, since anyone can type one. */
function ours<T extends Post & Partial<Pick<Comment, "user" | "performed_via_github_app">>>(
  posts: readonly T[],
  app: Who,
  marker: string,
): T[] {
  return posts
    .filter(
      ({ body, user, performed_via_github_app: via }) =>
        carries(body, marker) && (via?.id === app.id || user?.login === app.botLogin),
    )
    .toSorted((one, other) => one.id - other.id);
}
