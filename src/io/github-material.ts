// What else GitHub knows about an issue or a pull request: linked issues, the diff, review comments, checks.
import { z } from "zod";
import { createCall, type Requester, User } from "./github-call.ts";
import { createImageCalls } from "./github-images.ts";
import { createLogCalls } from "./github-logs.ts";
import type { RepositoryName } from "./github.ts";

const Issue = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  updated_at: z.string(),
  user: User.nullish(),
  pull_request: z.unknown().optional(),
});
export type LinkedIssue = z.infer<typeof Issue>;

export const ReviewComment = z.object({
  id: z.number(),
  /** The first comment of the thread, when it is another one. */
  in_reply_to_id: z.number().nullish(),
  path: z.string(),
  line: z.number().nullish(),
  start_line: z.number().nullish(),
  side: z.enum(["LEFT", "RIGHT"]).nullish(),
  original_line: z.number().nullish(),
  diff_hunk: z.string(),
  body: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  user: User.nullish(),
});
export type ReviewComment = z.infer<typeof ReviewComment>;

const CheckRun = z.object({
  id: z.number(),
  name: z.string(),
  external_id: z.string().nullish(),
  conclusion: z.string().nullish(),
  output: z.object({
    title: z.string().nullish(),
    summary: z.string().nullish(),
    text: z.string().nullish(),
  }),
});
export type CheckRun = z.infer<typeof CheckRun>;

const Annotation = z.object({
  path: z.string(),
  start_line: z.number(),
  annotation_level: z.string().nullish(),
  message: z.string().nullish(),
});
export type Annotation = z.infer<typeof Annotation>;

const pageSize = 100;

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createMaterialCalls(octokit: Requester) {
  const call = createCall(octokit);
  const path = ({ owner, name: repo }: RepositoryName) => ({ owner, repo });

  return {
    ...createLogCalls(octokit),
    ...createImageCalls(octokit),

    async issue(repository: RepositoryName, number: number): Promise<LinkedIssue> {
      const route = "GET /repos/{owner}/{repo}/issues/{issue_number}";
      return call(`reading #${number}`, Issue, route, { ...path(repository), issue_number: number });
    },

    /**
     * The change from where `head` left `base` to `head`, as a patch. GitHub refuses one of more than 20,000 lines or
     * 1 MB: https://docs.github.com/en/rest/commits/commits#compare-two-commits
     */
    async diff(repository: RepositoryName, base: string, head: string): Promise<string> {
      return call("reading the diff", z.string(), "GET /repos/{owner}/{repo}/compare/{basehead}", {
        ...path(repository),
        basehead: `${base}...${head}`,
        mediaType: { format: "diff" },
      });
    },

    /** The latest 100 comments on lines of a pull request, newest first. */
    async reviewComments(repository: RepositoryName, number: number): Promise<ReviewComment[]> {
      return call(
        `reading the review comments of #${number}`,
        z.array(ReviewComment),
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments",
        { ...path(repository), pull_number: number, sort: "created", direction: "desc", per_page: pageSize },
      );
    },

    /** The latest run of each check on a commit, at most 100. Needs the permission `checks: read`. */
    async checkRuns(repository: RepositoryName, sha: string): Promise<CheckRun[]> {
      const found = await call(
        `reading the checks of ${sha.slice(0, 12)}`,
        z.object({ check_runs: z.array(CheckRun) }),
        "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
        { ...path(repository), ref: sha, filter: "latest", per_page: pageSize },
      );
      return found.check_runs;
    },

    /** What a check says of single lines, at most 100. */
    async annotations(repository: RepositoryName, checkRunId: number): Promise<Annotation[]> {
      return call(
        "reading a check's annotations",
        z.array(Annotation),
        "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations",
        { ...path(repository), check_run_id: checkRunId, per_page: pageSize },
      );
    },
  };
}

export type MaterialCalls = ReturnType<typeof createMaterialCalls>;
