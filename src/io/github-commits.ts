// Commits that GitHub itself makes and signs, so that they are shown as verified.
import { z } from "zod";
import { createCall, once, type Requester } from "./github-call.ts";
import { createGraphqlCall, type GraphqlRequester } from "./github-graphql.ts";
import type { RepositoryName } from "./github.ts";

export interface FileChanges {
  /** Whole files; `contents` are their bytes. */
  additions: { path: string; contents: Buffer }[];
  deletions: string[];
}

const commitMutation = `
  mutation ($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid } }
  }`;
const Committed = z
  .object({ createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }) })
  .transform(({ createCommitOnBranch: { commit } }) => commit.oid);

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createCommitCalls(octokit: Requester & GraphqlRequester) {
  const call = createCall(octokit);
  const graphql = createGraphqlCall(octokit);

  return {
    /** Makes a branch. Throws UserError (422) when there is one of that name. */
    async createBranch({ owner, name: repo }: RepositoryName, branch: string, sha: string): Promise<void> {
      await call(`making the branch ${branch}`, z.unknown(), "POST /repos/{owner}/{repo}/git/refs", {
        owner,
        repo,
        ref: `refs/heads/${branch}`,
        sha,
        ...once,
      });
    },

    /** The tree of a commit. */
    async treeOf({ owner, name: repo }: RepositoryName, sha: string): Promise<string> {
      const schema = z.object({ tree: z.object({ sha: z.string() }) });
      const route = "GET /repos/{owner}/{repo}/git/commits/{commit_sha}";
      return (
        await call(`reading the commit ${sha.slice(0, 12)}`, schema, route, { owner, repo, commit_sha: sha })
      ).tree.sha;
    },

    /**
     * Puts a commit on a branch that stands at `expectedHead`, in the App's name and signed by GitHub; returns it. Files
     * keep the mode that they have, and new ones are not executable.
     * https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch
     */
    async commitOnBranch(
      { owner, name }: RepositoryName,
      commit: { branch: string; expectedHead: string; message: string; changes: FileChanges },
    ): Promise<string> {
      const [headline = "", ...rest] = commit.message.split("\n");
      const { additions, deletions } = commit.changes;
      const input = {
        branch: { repositoryNameWithOwner: `${owner}/${name}`, branchName: commit.branch },
        expectedHeadOid: commit.expectedHead,
        message: { headline, body: rest.join("\n").trim() },
        fileChanges: {
          additions: additions.map(({ path, contents }) => ({ path, contents: contents.toString("base64") })),
          deletions: deletions.map((path) => ({ path })),
        },
      };
      return graphql(`committing to ${commit.branch}`, Committed, commitMutation, { input });
    },
  };
}
