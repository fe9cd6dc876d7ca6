// Review threads: comments on lines of a pull request and the answers to them.
import { z } from "zod";
import { createCall, createEvery, once, pageSize, type Requester, User } from "./github-call.ts";
import { createGraphqlCall, type GraphqlRequester } from "./github-graphql.ts";
import { ReviewComment } from "./github-material.ts";
import type { RepositoryName } from "./github.ts";

const ThreadComment = ReviewComment.pick({
  id: true,
  in_reply_to_id: true,
}).extend({ html_url: z.string(), body: z.string().nullish(), user: User.nullish() });
/** What an answer needs to be found again. */
export type ThreadComment = z.infer<typeof ThreadComment>;

/** The latest threads of a pull request; GitHub gives at most 100 on a page. */
const threadsQuery = `
  query ($owner: String!, $name: String!, $number: Int!) {
    repository(owner: $owner, name: $name) {
      pullRequest(number: $number) {
        reviewThreads(last: 100) {
          nodes {
            id isResolved isOutdated path line
            comments(first: 50) { nodes { databaseId body author { __typename login } } }
          }
        }
      }
    }
  }`;
const ThreadWord = z.object({
  databaseId: z.int().nullish(),
  body: z.string(),
  author: z.object({ __typename: z.string(), login: z.string() }).nullish(),
});
const Threads = z
  .object({
    repository: z.object({
      pullRequest: z.object({
        reviewThreads: z.object({
          nodes: z.array(
            z.object({
              id: z.string(),
              isResolved: z.boolean(),
              isOutdated: z.boolean(),
              path: z.string(),
              line: z.number().nullish(),
              comments: z.object({ nodes: z.array(ThreadWord) }),
            }),
          ),
        }),
      }),
    }),
  })
  .transform(({ repository }) => repository.pullRequest.reviewThreads.nodes);

const resolveMutation = `
  mutation ($id: ID!) {
    resolveReviewThread(input: { threadId: $id }) { thread { isResolved } }
  }`;

/** GraphQL names a bot without its suffix, and an account that is gone not at all. */
function loginOf(author: z.infer<typeof ThreadWord>["author"]): string {
  if (!author) return "ghost";
  return author.__typename === "Bot" ? `${author.login}[bot]` : author.login;
}

/** A thread as GraphQL knows it: REST knows neither its id nor whether it is resolved. */
export interface ThreadState {
  /** GraphQL's id. */
  id: string;
  /** Its first comment. */
  first: number;
  isResolved: boolean;
  /** Its lines have changed since. */
  isOutdated: boolean;
  path: string;
  line: number | undefined;
  /** Its first fifty comments, oldest first; `author` is a login as REST has it. */
  comments: { author: string; body: string }[];
}

/** How far back a thread's beginning is looked for. */
const maxPages = 10;
const list = "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments";
const one = "/repos/{owner}/{repo}/pulls/comments/{comment_id}";

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createThreadCalls(octokit: Requester & GraphqlRequester) {
  const call = createCall(octokit);
  const graphql = createGraphqlCall(octokit);
  const every = createEvery(octokit);
  const path = ({ owner, name: repo }: RepositoryName) => ({ owner, repo });

  async function latest(
    action: string,
    repository: RepositoryName,
    number: number,
    isEnough: (page: readonly ReviewComment[]) => boolean,
  ): Promise<ReviewComment[]> {
    const found: ReviewComment[] = [];
    for (let page = 1; page <= maxPages; page++) {
      const comments = await call(action, z.array(ReviewComment), list, {
        ...path(repository),
        pull_number: number,
        sort: "created",
        direction: "desc",
        per_page: pageSize,
        page,
      });
      found.push(...comments);
      if (comments.length < pageSize || isEnough(comments)) break;
    }
    return found.toReversed();
  }

  return {
    /**
     * The comments of the thread that begins with the comment `first`, oldest first; without that one when it is
     * deleted. GitHub lists only all threads together, so a thread is looked for in the latest 1,000 comments.
     * https://docs.github.com/en/rest/pulls/comments#list-review-comments-on-a-pull-request
     */
    async threadComments(
      repository: RepositoryName,
      number: number,
      first: number,
    ): Promise<ReviewComment[]> {
      const action = `reading the thread ${first}`;
      // Nothing of a thread is older than its first comment.
      const all = await latest(action, repository, number, (page) => page.some(({ id }) => id === first));
      return all.filter((comment) => [comment.id, comment.in_reply_to_id].includes(first));
    },

    /** The latest 1,000 comments on lines of a pull request, oldest first. */
    async allThreadComments(repository: RepositoryName, number: number): Promise<ReviewComment[]> {
      return latest(`reading the review threads of #${number}`, repository, number, () => false);
    },

    /**
     * The latest 100 threads of a pull request, oldest first.
     * https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread
     */
    async threadStates({ owner, name }: RepositoryName, number: number): Promise<ThreadState[]> {
      const threads = await graphql(`reading the review threads of #${number}`, Threads, threadsQuery, {
        owner,
        name,
        number,
      });
      return threads.flatMap(({ line, comments: { nodes }, ...rest }) => {
        const first = nodes[0]?.databaseId;
        if (typeof first !== "number") return [];
        const comments = nodes.map(({ author, body }) => ({ author: loginOf(author), body }));
        return [{ ...rest, first, line: line ?? undefined, comments }];
      });
    },

    /** https://docs.github.com/en/graphql/reference/mutations#resolvereviewthread */
    async resolveThread(id: string): Promise<void> {
      await graphql("resolving a review thread", z.unknown(), resolveMutation, { id });
    },

    /** The comments on lines of a pull request that were made or changed since an ISO time, oldest first. */
    async threadCommentsSince(
      repository: RepositoryName,
      number: number,
      since: string,
    ): Promise<ThreadComment[]> {
      return every(`reading the review comments of #${number}`, ThreadComment, list, {
        ...path(repository),
        pull_number: number,
        sort: "created",
        direction: "asc",
        since,
      });
    },

    /** Answers in the thread that begins with the comment `first`. A thread whose first comment is gone takes none. */
    async replyInThread(
      repository: RepositoryName,
      number: number,
      first: number,
      body: string,
    ): Promise<ThreadComment> {
      return call(
        `answering in the thread ${first}`,
        ThreadComment,
        "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies",
        { ...path(repository), pull_number: number, comment_id: first, body, ...once },
      );
    },

    async updateThreadComment(repository: RepositoryName, id: number, body: string): Promise<ThreadComment> {
      const parameters = { ...path(repository), comment_id: id, body };
      return call(`editing review comment ${id}`, ThreadComment, `PATCH ${one}`, parameters);
    },

    async deleteThreadComment(repository: RepositoryName, id: number): Promise<void> {
      const parameters = { ...path(repository), comment_id: id };
      await call(`deleting review comment ${id}`, z.unknown(), `DELETE ${one}`, parameters);
    },
  };
}
