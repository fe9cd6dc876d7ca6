// From which commit a job starts, or why it can't.
import { UserError } from "../errors.ts";
import { statusOf } from "../io/github-error.ts";
import { markedJob } from "../job/job-marker.ts";
import { branchPrefix, defaultBranchTemplate } from "../job/branch-template.ts";
import type { GitHub, PullRequest } from "../io/github.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { quote } from "./quote.ts";
import type { Self } from "./thread.ts";
import type { Trigger } from "./trigger.ts";

export interface Base {
  base: { ref: string; sha: string };
  /** Of a pull request: the branch that the job's commit goes to. */
  headRef?: string;
  /** Of a pull request: the commit of the branch into which it goes. */
  targetSha?: string;
  /** Of a pull request whose branch is in another repository: that one. */
  fork?: string;
  /** Of a pull request that a job made: that job. */
  follows?: string;
  /** Of a pull request: how many comments its conversation has. */
  comments?: number;
  /** Of an issue: our open pull request for it, from whose branch the job starts. */
  pullRequest?: number;
}

type BaseGitHub = Pick<
  GitHub,
  "branchHead" | "branchesFrom" | "openPullRequests" | "pullRequest" | "pullRequestsFrom"
>;

export interface BaseWishes {
  /** The branch from which the job is to start, by the command. */
  base?: string | undefined;
  /** The branch to which its change is to go, by the command. */
  branch?: string | undefined;
  /** Where the repository's jobs start; the default branch when it isn't said. */
  usualBase?: string | undefined;
  /** How the repository's branches are called. */
  template?: string | undefined;
}

export interface BaseDeps {
  github: BaseGitHub;
  /** The App's account. */
  self: Pick<Self, "login">;
  /** What a job asked for, as long as it is known. */
  jobSpec: (jobId: string) => Promise<JobSpec | undefined>;
}

/**
 * The commit from which a job for this trigger starts: for an issue the head of the wished or the usual branch, or of
 * our own pull request for it while that is open; for a pull request its own branch, also in a fork. Throws UserError
 * for what can't be worked on (archived, locked, closed, without a commit, a branch that can't be the one) and says
 * what to do.
 */
export async function findBase(deps: BaseDeps, trigger: Trigger, wishes: BaseWishes = {}): Promise<Base> {
  const { github } = deps;
  const { repository, subject } = trigger;
  const place = `${subject.kind === "issue" ? "issue" : "pull request"} #${subject.number}`;
  if (trigger.archived) {
    throw new UserError(
      `${repository.owner}/${repository.name} is archived, so nothing can be published there. Unarchive it in its settings, then ask again.`,
    );
  }
  if (subject.locked) {
    throw new UserError(
      `The conversation of ${place} is locked, so progress can't be told in it. Unlock it, then ask again.`,
    );
  }
  if (!subject.open) throw closed(place);
  if (subject.kind === "issue") {
    const open = await ownPullRequest(deps, trigger, wishes);
    if (open) return { ...onOwnBranch(open), pullRequest: open.number };
    const ref = wishes.base ?? wishes.usualBase ?? repository.default_branch;
    const sha = await headOf(github, trigger, ref);
    if (wishes.branch !== undefined) await assertFree(github, trigger, wishes.branch);
    return { base: { ref, sha } };
  }
  const flag = wishes.base === undefined ? "--branch" : "--base";
  if (wishes.base !== undefined || wishes.branch !== undefined) {
    throw new UserError(
      `A pull request has its branches already, so \`${flag}\` can't be used on ${place}. Ask without it, or on an issue.`,
      { code: "invalid_job" },
    );
  }
  const pull = await github.pullRequest(repository, subject.number);
  if (pull.state === "closed") throw closed(place);
  if (!pull.head.repo) {
    throw new UserError(
      `The fork with the branch of ${place} is gone. Push the branch to ${pull.base.repo.full_name} and open a pull request from there, then ask again.`,
    );
  }
  if (pull.head.repo.full_name.toLowerCase() !== pull.base.repo.full_name.toLowerCase()) {
    const { ref, sha } = pull.head;
    const fork = pull.head.repo.full_name;
    return { base: { ref, sha }, targetSha: pull.base.sha, fork, ...commentsOf(pull) };
  }
  return { ...onOwnBranch(pull), ...commentsOf(pull) };
}

function commentsOf({ comments }: PullRequest): Pick<Base, "comments"> {
  return comments === undefined ? {} : { comments };
}

function onOwnBranch({ head, base, body }: PullRequest): Base {
  const follows = markedJob(body);
  return {
    base: { ref: head.ref, sha: head.sha },
    headRef: head.ref,
    targetSha: base.sha,
    ...(follows !== undefined && { follows }),
  };
}

const maxBranches = 10;

/**
 * The newest open pull request that an earlier job for this issue made, from a branch of this repository, and between
 * the branches that are wished. Those whose branches a command has named are looked for among the newest hundred.
 */
async function ownPullRequest(
  { github, self, jobSpec }: BaseDeps,
  { repository, subject }: Trigger,
  { base, branch: wanted, template = defaultBranchTemplate }: BaseWishes,
): Promise<PullRequest | undefined> {
  const prefixes = new Set([defaultBranchTemplate, template].map((one) => branchPrefix(one, subject.number)));
  const found: PullRequest[] = [];
  for (const prefix of prefixes) {
    for (const branch of (await github.branchesFrom(repository, prefix)).slice(-maxBranches)) {
      const pulls = await github.pullRequestsFrom(repository, branch);
      found.push(...pulls.filter((pull) => pull.head.ref === branch));
    }
  }
  for (const pull of await github.openPullRequests(repository)) {
    if (found.some(({ number }) => number === pull.number) || !isOwn(pull, self)) continue;
    const job = markedJob(pull.body);
    const spec = job === undefined ? undefined : await jobSpec(job);
    const isForThis = spec?.target?.kind === "issue" && spec.target.number === subject.number;
    if (isForThis && spec.publish.branch === pull.head.ref) found.push(pull);
  }
  const fitting = found.filter(
    (pull) =>
      isOwn(pull, self) &&
      (base === undefined || pull.base.ref === base) &&
      (wanted === undefined || pull.head.ref === wanted),
  );
  return fitting.toSorted((one, other) => other.number - one.number)[0];
}

function isOwn({ state, user, head, base }: PullRequest, { login }: Pick<Self, "login">): boolean {
  const isHere = head.repo?.full_name.toLowerCase() === base.repo.full_name.toLowerCase();
  return state === "open" && isHere && user?.login.toLowerCase() === login.toLowerCase();
}

/** Throws UserError when the branch is there, so that a change is never put onto somebody's work. */
async function assertFree(github: BaseGitHub, { repository }: Trigger, branch: string): Promise<void> {
  const there = await github.branchesFrom(repository, branch);
  if (!there.includes(branch)) return;
  throw new UserError(
    `There is a branch ${quote(branch)} already, and it is not of an open pull request of ours for this issue. Choose another name.`,
    { code: "invalid_job" },
  );
}

async function headOf(github: Pick<GitHub, "branchHead">, trigger: Trigger, branch: string): Promise<string> {
  try {
    return await github.branchHead(trigger.repository, branch);
  } catch (error) {
    // 409: "Git Repository is empty".
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw error;
    const { owner, name, default_branch: usual } = trigger.repository;
    if (branch !== usual) {
      throw new UserError(
        `There is no branch ${quote(branch)} in ${owner}/${name}. Name one that is there.`,
        {
          cause: error,
          code: "invalid_job",
        },
      );
    }
    throw new UserError(
      `${owner}/${name} has no commit on its default branch ${branch}. Push one (or correct the default branch in the settings), then ask again.`,
      { cause: error, code: "github" },
    );
  }
}

function closed(place: string): UserError {
  return new UserError(`The ${place} is closed. Reopen it, then ask again.`);
}
