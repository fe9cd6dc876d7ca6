// The door to GitHub's REST API: only the calls that Patchbay makes, their answers parsed where they enter.
import { z } from "zod";
import { Permission } from "../job/job-spec.ts";
import { createCall, createEvery, once, pageSize, type Requester, User } from "./github-call.ts";
import { statusOf } from "./github-error.ts";
import type { GraphqlRequester } from "./github-graphql.ts";
import { createCommitCalls } from "./github-commits.ts";
import { createMaterialCalls } from "./github-material.ts";
import { createReviewCalls } from "./github-reviews.ts";
import { createSignCalls } from "./github-signs.ts";
import { createThreadCalls } from "./github-threads.ts";

export interface RepositoryName {
  owner: string;
  name: string;
}

const Comment = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  user: User.nullish(),
  performed_via_github_app: z.object({ id: z.number() }).nullish(),
});
export type Comment = z.infer<typeof Comment>;

const PullRequest = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  title: z.string(),
  body: z.string().nullish(),
  user: User.nullish(),
  head: z.object({
    ref: z.string(),
    sha: z.string(),
    repo: z.object({ full_name: z.string() }).nullish(),
  }),
  base: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }) }),
  /** Of its conversation; a list of pull requests doesn't say it. */
  comments: z.number().optional(),
});
export type PullRequest = z.infer<typeof PullRequest>;

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createGitHub(octokit: Requester & GraphqlRequester) {
  const call = createCall(octokit);

  const every = createEvery(octokit);

  return {
    ...createCommitCalls(octokit),
    ...createMaterialCalls(octokit),
    ...createReviewCalls(octokit),
    ...createSignCalls(octokit),
    ...createThreadCalls(octokit),

    /** What a repository is called now: GitHub leads from the names that it had. */
    async nameNow(repository: RepositoryName): Promise<RepositoryName> {
      const { owner, name } = repository;
      const schema = z.object({ name: z.string(), owner: z.object({ login: z.string() }) });
      const found = await call(`reading ${owner}/${name}`, schema, "GET /repos/{owner}/{repo}", {
        owner,
        repo: name,
      });
      return { owner: found.owner.login, name: found.name };
    },

    /**
     * The permission of `login`; "none" for a stranger, for an account that is gone, and for one that isn't the
     * account `id` any more, where that is given.
     */
    async permission(repository: RepositoryName, login: string, id?: number): Promise<Permission> {
      const schema = z.object({
        permission: z.string(),
        role_name: z.string().optional(),
        user: User.nullish(),
      });
      try {
        const found = await call(
          `reading @${login}'s permission on ${repository.owner}/${repository.name}`,
          schema,
          "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
          { ...path(repository), username: login },
        );
        if (id !== undefined && found.user?.id !== id) return "none";
        const exact = Permission.safeParse(found.role_name);
        return exact.success ? exact.data : Permission.catch("none").parse(found.permission);
      } catch (error) {
        if (statusOf(error) === 404) return "none";
        throw error;
      }
    },

    /** How many calls this installation has left. https://docs.github.com/en/rest/rate-limit/rate-limit */
    async rateLimit(): Promise<{ remaining: number; limit: number; resetsAt: Date }> {
      const core = z.object({ remaining: z.number(), limit: z.number(), reset: z.number() });
      const schema = z.object({ resources: z.object({ core }) });
      const { resources } = await call("reading the rate limit", schema, "GET /rate_limit", {});
      const { remaining, limit, reset } = resources.core;
      return { remaining, limit, resetsAt: new Date(reset * 1000) };
    },

    /**
     * Whether somebody belongs to a team. Needs the organization permission `members: read`. Throws UserError (404) when
     * there is no such team: nobody being in it must not be taken for one person not being in it.
     */
    async isTeamMember(org: string, team: string, login: string): Promise<boolean> {
      try {
        const found = await call(
          `looking into the team ${org}/${team}`,
          z.object({ state: z.string() }),
          "GET /orgs/{org}/teams/{team_slug}/memberships/{username}",
          { org, team_slug: team, username: login },
        );
        return found.state === "active";
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
      const route = "GET /orgs/{org}/teams/{team_slug}/members";
      const parameters = { org, team_slug: team, per_page: 1 };
      await call(`looking for the team ${org}/${team}`, z.unknown(), route, parameters);
      return false;
    },

    /** A file's text at a commit, or on the default branch; undefined when it isn't there. */
    async fileText(repository: RepositoryName, file: string, ref?: string): Promise<string | undefined> {
      try {
        return await call(`reading ${file}`, z.string(), "GET /repos/{owner}/{repo}/contents/{path}", {
          ...path(repository),
          path: file,
          ...(ref !== undefined && { ref }),
          mediaType: { format: "raw" },
        });
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },

    /** The commit at the head of a branch. */
    async branchHead(repository: RepositoryName, branch: string): Promise<string> {
      const found = await call(
        `reading the branch ${branch} of ${repository.owner}/${repository.name}`,
        z.object({ object: z.object({ sha: z.string() }) }),
        "GET /repos/{owner}/{repo}/git/ref/{ref}",
        { ...path(repository), ref: `heads/${branch}` },
      );
      return found.object.sha;
    },

    async pullRequest(repository: RepositoryName, number: number): Promise<PullRequest> {
      return call(
        `reading pull request #${number} of ${repository.owner}/${repository.name}`,
        PullRequest,
        "GET /repos/{owner}/{repo}/pulls/{pull_number}",
        { ...path(repository), pull_number: number },
      );
    },

    /** Open and closed pull requests whose head is this branch of the repository itself, newest first. */
    async pullRequestsFrom(repository: RepositoryName, branch: string): Promise<PullRequest[]> {
      return call(
        `looking for a pull request from ${branch}`,
        z.array(PullRequest),
        "GET /repos/{owner}/{repo}/pulls",
        { ...path(repository), head: `${repository.owner}:${branch}`, state: "all", per_page: pageSize },
      );
    },

    /** The newest hundred of the open pull requests, newest first. */
    async openPullRequests(repository: RepositoryName): Promise<PullRequest[]> {
      return call(
        `reading the open pull requests of ${repository.owner}/${repository.name}`,
        z.array(PullRequest),
        "GET /repos/{owner}/{repo}/pulls",
        { ...path(repository), state: "open", per_page: pageSize },
      );
    },

    /** The names of the branches that begin with `prefix`, at most 100. */
    async branchesFrom(repository: RepositoryName, prefix: string): Promise<string[]> {
      const found = await call(
        `looking for branches from ${prefix}`,
        z.array(z.object({ ref: z.string() })),
        "GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
        { ...path(repository), ref: `heads/${prefix}`, per_page: pageSize },
      );
      return found.map(({ ref }) => ref.slice("refs/heads/".length));
    },

    async createPullRequest(
      repository: RepositoryName,
      pull: { title: string; body: string; head: string; base: string; draft: boolean },
    ): Promise<PullRequest> {
      return call("creating the pull request", PullRequest, "POST /repos/{owner}/{repo}/pulls", {
        ...path(repository),
        ...pull,
        ...once,
      });
    },

    async updatePullRequest(
      repository: RepositoryName,
      number: number,
      change: { body: string },
    ): Promise<PullRequest> {
      return call(
        `editing pull request #${number}`,
        PullRequest,
        "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
        { ...path(repository), pull_number: number, ...change },
      );
    },

    /** Comments on an issue or pull request, oldest first; `since` is an ISO time of last change. */
    async comments(repository: RepositoryName, number: number, since?: string): Promise<Comment[]> {
      return every(
        `reading the comments of #${number}`,
        Comment,
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
        { ...path(repository), issue_number: number, ...(since === undefined ? {} : { since }) },
      );
    },

    /**
     * The latest of an issue's comments, oldest first: 100 or more when there are as many. `total` is how many it
     * was said to have; a payload's number may lag a little. Three calls at most, however long the conversation.
     */
    async latestComments(repository: RepositoryName, number: number, total: number): Promise<Comment[]> {
      const lag = 10;
      let found: Comment[] = [];
      for (let page = Math.ceil((total + lag) / pageSize); page > 0 && found.length < pageSize; page--) {
        const earlier = await call(
          `reading the comments of #${number}`,
          z.array(Comment),
          "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
          { ...path(repository), issue_number: number, per_page: pageSize, page },
        );
        found = [...earlier, ...found];
      }
      return found;
    },

    async createComment(repository: RepositoryName, number: number, body: string): Promise<Comment> {
      return call(
        `commenting on #${number}`,
        Comment,
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
        { ...path(repository), issue_number: number, body, ...once },
      );
    },

    async updateComment(repository: RepositoryName, commentId: number, body: string): Promise<Comment> {
      return call(
        `editing comment ${commentId}`,
        Comment,
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
        { ...path(repository), comment_id: commentId, body },
      );
    },

    async deleteComment(repository: RepositoryName, commentId: number): Promise<void> {
      await call(
        `deleting comment ${commentId}`,
        z.unknown(),
        "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
        { ...path(repository), comment_id: commentId },
      );
    },

    /** Adds a reaction; GitHub keeps one of a kind per account, so a repeat changes nothing. */
    async react(
      repository: RepositoryName,
      subject:
        | { type: "issue"; number: number }
        | { type: "issue_comment" | "review_comment"; comment_id: number },
      content: string,
    ): Promise<void> {
      const id =
        subject.type === "issue" ? { issue_number: subject.number } : { comment_id: subject.comment_id };
      const route = `POST /repos/{owner}/{repo}/${reactionsOf[subject.type]}/reactions`;
      await call("adding a reaction", z.unknown(), route, { ...path(repository), ...id, content });
    },
  };
}

const reactionsOf = {
  issue: "issues/{issue_number}",
  issue_comment: "issues/comments/{comment_id}",
  review_comment: "pulls/comments/{comment_id}",
};

export type GitHub = ReturnType<typeof createGitHub>;

function path(repository: RepositoryName): { owner: string; repo: string } {
  return { owner: repository.owner, repo: repository.name };
}
