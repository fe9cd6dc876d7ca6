// From a gated patch to GitHub: a branch with a draft pull request, or a commit on a pull request's own branch.
import { UserError } from "../errors.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import type { JobResult } from "../job/result.ts";
import { branchName } from "./branch-name.ts";
import { withCommit } from "./commit.ts";
import type { PublisherDeps, PublisherGitHub } from "./deps.ts";
import type { Landing } from "./landing.ts";
import { ensurePullRequest } from "./pull-request.ts";
import { pushBranch } from "./push.ts";
import type { JobRecord } from "./record.ts";
import { commitMessage } from "./render/commit-message.ts";
import { pullRequestBody, pullRequestTitle } from "./render/pull-request-text.ts";
import type { Voice } from "./render/voice.ts";

export interface LandRequest {
  spec: GitHubJob;
  result: JobResult;
  patch: Buffer | undefined;
  report: string | undefined;
  record: JobRecord;
  github: PublisherGitHub;
  voice: Voice;
}

/** Publishes the change of a job, if there is one to publish. Throws TransientError when it may be repeated. */
export async function land(deps: PublisherDeps, request: LandRequest): Promise<Landing> {
  const { spec, result } = request;
  if (result.status !== "success" || !result.patch) return { kind: "none" };
  if (spec.dry_run) return { kind: "withheld", why: "dry_run" };
  const ownBranch = spec.target.head_ref;
  if (spec.target.kind !== "issue" && ownBranch === undefined) return { kind: "withheld", why: "fork" };
  try {
    return ownBranch === undefined
      ? await landAsPullRequest(deps, request)
      : await landOnBranch(deps, request, ownBranch);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

async function landOnBranch(deps: PublisherDeps, request: LandRequest, branch: string): Promise<Landing> {
  const { spec } = request;
  // The commit's parent is the base, so this can only be a fast-forward.
  const sha = await push(deps, request, { branch, expected: spec.base.sha });
  return { kind: "commit", branch, sha, url: `${repositoryUrl(deps, spec)}/commit/${sha}` };
}

async function landAsPullRequest(deps: PublisherDeps, request: LandRequest): Promise<Landing> {
  const { spec, result, report, record, github, voice } = request;
  const branch = branchName(spec, deps.mask);
  await push(deps, request, { branch, expected: record.publication.branch?.sha ?? null });
  const base = spec.base.ref;
  try {
    const pull = await ensurePullRequest(github, deps.app, {
      repository: spec.repository,
      branch,
      base,
      title: pullRequestTitle(spec, voice),
      body: pullRequestBody({ spec, result, report }, voice),
    });
    const { number, html_url: url } = pull;
    if (record.publication.pull_request?.number !== number)
      await record.note({ pull_request: { number, url } });
    return { kind: "pull_request", number, url };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [from, to] = [base, branch].map((name) => name.split("/").map(encodeURIComponent).join("/"));
    const compareUrl = `${repositoryUrl(deps, spec)}/compare/${from}...${to}?expand=1`;
    return { kind: "refused", code: error.code, message: error.message, pushed: { branch, compareUrl } };
  }
}

/** Makes the commit and pushes it with a token that lives no longer than that; returns the commit's SHA. */
async function push(
  deps: PublisherDeps,
  request: LandRequest,
  to: { branch: string; expected: string | null },
): Promise<string> {
  const { git, app } = deps;
  const { spec, result, patch, record } = request;
  if (result.secrets_check === "failed") {
    throw new UserError("publishing the change: it holds a secret", { code: "secrets_check_failed" });
  }
  if (!patch || !result.patch) {
    throw new UserError("reading the patch: it is gone; ask again", { code: "missing_patch" });
  }
  const { tree, sha256 } = result.patch;
  const origin = deps.originOf(spec.repository);
  const { token, revoke } = await deps.writeToken(spec.repository);
  const auth = { origin, token };
  try {
    const mirror = await deps.mirrors.fetch(spec.repository, spec.base.sha, spec.job_id, auth);
    const wanted = {
      jobId: spec.job_id,
      mirror,
      baseSha: spec.base.sha,
      patch,
      expected: { tree, sha256 },
      message: commitMessage(spec, result.summary, deps.mask),
      identity: {
        name: app.botLogin,
        email: app.botEmail,
        dateSec: Math.floor(Date.parse(spec.created_at) / 1000),
      },
    };
    return await withCommit(deps, wanted, async ({ sha, call }) => {
      const noted = record.publication.branch;
      // Pushed already: what others have added to the branch since is none of our business.
      if (noted?.name === to.branch && noted.sha === sha) return sha;
      const url = `${origin}${spec.repository.owner}/${spec.repository.name}.git`;
      await pushBranch(git, { call, auth, url, sha, ...to });
      await record.note({ branch: { name: to.branch, sha } });
      return sha;
    });
  } finally {
    // It ends within the hour by itself; failing to end it sooner must not undo what was published.
    await revoke().catch(() => undefined);
  }
}

function repositoryUrl(deps: Pick<PublisherDeps, "originOf">, { repository }: GitHubJob): string {
  return `${deps.originOf(repository)}${repository.owner}/${repository.name}`;
}
