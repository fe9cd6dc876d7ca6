// From a gated patch to GitHub: a branch with a draft pull request, or a commit on a pull request's own branch.
import { isLackOfResources, TransientError, UserError } from "../errors.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import type { JobResult } from "../job/result.ts";
import { branchName } from "./branch-name.ts";
import { withCommit } from "./commit.ts";
import type { PublisherDeps, PublisherGitHub } from "./deps.ts";
import { headOf } from "./head-of.ts";
import type { Landing } from "./landing.ts";
import { ensurePullRequest, sha256Of } from "./pull-request.ts";
import { pushBranch } from "./push.ts";
import type { JobRecord } from "./record.ts";
import { commitMessage } from "./render/commit-message.ts";
import { pullRequestBody, pullRequestTitle } from "./render/pull-request-text.ts";
import { commitVerified, type Verified } from "./verified-commit.ts";
import { siblingOf } from "./sibling.ts";
import type { Voice } from "./render/voice.ts";

export interface LandRequest {
  spec: GitHubJob;
  result: JobResult;
  patch: Buffer | undefined;
  report: string | undefined;
  record: JobRecord;
  github: PublisherGitHub;
  voice: Voice;
  /** The commit on which a patch goes that a person has released, whatever the gate said of it. */
  releasedOnto?: string | undefined;
}

/** Publishes the change of a job, if there is one to publish. Throws TransientError when it may be repeated. */
export async function land(deps: PublisherDeps, request: LandRequest): Promise<Landing> {
  const { spec, result } = request;
  if (result.status !== "success" || !result.patch) return { kind: "none" };
  if (spec.dry_run && request.releasedOnto === undefined) return { kind: "withheld", why: "dry_run" };
  const ownBranch = spec.target.head_ref;
  if (spec.target.kind !== "issue" && ownBranch === undefined) return { kind: "withheld", why: "fork" };
  try {
    if (ownBranch !== undefined) {
      const pullRequest = spec.target.kind === "issue" ? spec.target.pull_request : undefined;
      return await landOnBranch(deps, request, { branch: ownBranch, number: pullRequest });
    }
    return (await landOnSibling(deps, request)) ?? (await landAsPullRequest(deps, request));
  } catch (error) {
    return refusedBy(deps, request, error);
  }
}

/** How often a branch may move under a push before someone has to look. */
const maxMoves = 3;

/** Undefined when there is no such pull request, or the change doesn't fit there: then it gets one of its own. */
async function landOnSibling(deps: PublisherDeps, request: LandRequest): Promise<Landing | undefined> {
  const sibling = await siblingOf(deps, request);
  if (!sibling) return undefined;
  try {
    return await landOnBranch(deps, request, sibling);
  } catch (error) {
    const isConflict = error instanceof UserError && error.code === "conflict";
    const mayBeThere = request.record.publication.pushing?.name === sibling.branch;
    if (!isConflict || mayBeThere) throw error;
    return undefined;
  }
}

async function landOnBranch(
  deps: PublisherDeps,
  request: LandRequest,
  { branch, number: pullRequest }: { branch: string; number: number | undefined },
): Promise<Landing> {
  const { spec, record, github, releasedOnto } = request;
  // Then it may have been there, and somebody may have taken it away on purpose.
  const wasPushed = record.publication.pushing?.name === branch;
  for (let tries = 1; ; tries += 1) {
    const onto = releasedOnto ?? (await standsAt(request, branch));
    try {
      // The commit's parent is what is expected, so this can only be a fast-forward.
      const sha = await push(deps, request, { branch, expected: onto, onto });
      const url = `${repositoryUrl(deps, spec)}/commit/${sha}`;
      return { kind: "commit", branch, sha, url, isMoved: onto !== spec.base.sha, pullRequest };
    } catch (error) {
      const isConflict = error instanceof UserError && error.code === "conflict";
      if (!isConflict || wasPushed || releasedOnto !== undefined || tries === maxMoves) throw error;
      const now = await headOf(github, spec.repository, branch);
      // The patch doesn't fit where the branch stands.
      if (now === onto) throw error;
      await record.note({ onto: { name: branch, sha: now } });
    }
  }
}

/** Where the change goes: noted before the push, so that a repeat makes the same commit and not one on top of it. */
async function standsAt({ spec, record, github }: LandRequest, branch: string): Promise<string> {
  const { onto } = record.publication;
  if (onto?.name === branch) return onto.sha;
  const sha = await headOf(github, spec.repository, branch);
  await record.note({ onto: { name: branch, sha } });
  return sha;
}

async function landAsPullRequest(deps: PublisherDeps, request: LandRequest): Promise<Landing> {
  const { spec, result, report, record, github, voice } = request;
  const branch = branchName(spec, deps.mask);
  const expected = record.publication.branch?.sha ?? null;
  await push(deps, request, { branch, expected, onto: request.releasedOnto ?? spec.base.sha });
  const base = spec.base.ref;
  if (spec.publish.mode === "branch")
    return { kind: "branch", branch, compareUrl: compareUrl(deps, spec, branch) };
  try {
    const noted = record.publication.pull_request;
    const pull = await ensurePullRequest(github, deps.app, {
      repository: spec.repository,
      branch,
      base,
      title: pullRequestTitle(spec, voice),
      body: pullRequestBody({ spec, result, report }, voice),
      lastBodySha256: noted?.body_sha256,
    });
    const { number, html_url: url, body } = pull;
    const body_sha256 = sha256Of(body ?? "");
    if (noted?.number !== number || noted.body_sha256 !== body_sha256) {
      await record.note({ pull_request: { number, url, body_sha256 } });
    }
    return { kind: "pull_request", number, url };
  } catch (error) {
    const refused = refusedBy(deps, request, error);
    return { ...refused, pushed: { branch, compareUrl: compareUrl(deps, spec, branch) } };
  }
}

/** Makes the commit and pushes it with a token that lives no longer than that; returns the commit's SHA. */
async function push(
  deps: PublisherDeps,
  request: LandRequest,
  to: { branch: string; expected: string | null; onto: string },
): Promise<string> {
  const { git, app } = deps;
  const { spec, result, patch, record, github } = request;
  if (result.secrets_check === "failed" && request.releasedOnto === undefined) {
    throw new UserError("publishing the change: it holds a secret", { code: "secrets_check_failed" });
  }
  if (!patch || !result.patch) {
    throw new UserError("reading the patch: it is gone; ask again", { code: "missing_patch" });
  }
  const { tree, sha256 } = result.patch;
  const touchesWorkflows = patch.includes("b/.github/workflows/");
  const { revoke, ...auth } = await deps.writeToken(spec.repository, { workflows: touchesWorkflows });
  try {
    const mirror = await deps.mirrors.fetch(spec.repository, spec.base.sha, spec.job_id, auth);
    const { onto } = to;
    if (onto !== spec.base.sha) {
      await deps.mirrors.fetch(spec.repository, onto, `${spec.job_id}-onto`, auth);
    }
    const wanted = {
      jobId: spec.job_id,
      mirror,
      baseSha: spec.base.sha,
      onto,
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
      const { branch: noted, pushing } = record.publication;
      // Pushed already: what others have added to the branch since is none of our business.
      if (noted?.name === to.branch && [noted.sha, noted.of].includes(sha)) return noted.sha;
      const mayBeThere = pushing?.name === to.branch && pushing.sha === sha;
      if (!mayBeThere) await record.note({ pushing: { name: to.branch, sha } });
      const isBelow = async (head: string): Promise<boolean> => {
        if (!mayBeThere) return false;
        await deps.mirrors.fetch(spec.repository, head, `${spec.job_id}-head`, auth);
        const args = ["merge-base", "--is-ancestor", sha, head];
        return (await git(args, { ...call, okExitCodes: [1] })).exitCode === 0;
      };
      const { repository, job_id: jobId } = spec;
      const fetch = async (commit: string): Promise<void> => {
        await deps.mirrors.fetch(repository, commit, `${jobId}-head`, auth);
      };
      const place = { ...to, repository, sha, call, mayBeThere, fetch, message: wanted.message };
      const verified: Verified = deps.hasVerifiedCommits
        ? await commitVerified({ git, github }, place)
        : { kind: "push", expected: to.expected };
      if (verified.kind === "committed") {
        await record.note({ branch: { name: to.branch, sha: verified.sha, of: sha } });
        return verified.sha;
      }
      await pushBranch(git, { call, auth, sha, ...to, expected: verified.expected, isBelow });
      await record.note({ branch: { name: to.branch, sha } });
      return sha;
    });
  } finally {
    // It ends within the hour by itself; failing to end it sooner must not undo what was published.
    await revoke().catch((err: unknown) => {
      deps.log.error({ err }, "the token that pushed lives until it expires, an hour after it was made");
    });
  }
}

/** What stood against it, for the person who waits: a bug is told too, and its trace is in the log. */
function refusedBy(
  deps: Pick<PublisherDeps, "log">,
  { spec }: LandRequest,
  error: unknown,
): Extract<Landing, { kind: "refused" }> {
  if (error instanceof UserError) return { kind: "refused", code: error.code, message: error.message };
  if (error instanceof TransientError || isLackOfResources(error)) throw error;
  deps.log.error({ job: spec.job_id, err: error }, "a bug kept a change from being published");
  const message = "a bug in Patchbay; its operator finds the trace in the log under the job's id";
  return { kind: "refused", code: "internal", message };
}

/** GitHub's page that opens a pull request from the branch. */
function compareUrl(deps: Pick<PublisherDeps, "originOf">, spec: GitHubJob, branch: string): string {
  const [from, to] = [spec.base.ref, branch].map((name) => name.split("/").map(encodeURIComponent).join("/"));
  return `${repositoryUrl(deps, spec)}/compare/${from}...${to}?expand=1`;
}

function repositoryUrl(deps: Pick<PublisherDeps, "originOf">, { repository }: GitHubJob): string {
  return `${deps.originOf(repository)}${repository.owner}/${repository.name}`;
}
