// From which commit a job starts, or why it can't.
import { UserError } from "../errors.ts";
import { statusOf } from "../io/github-error.ts";
import { markedJob } from "../job/job-marker.ts";
import { branchPrefix } from "../job/branch-prefix.ts";
import type { GitHub, PullRequest } from "../io/github.ts";
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
  /** Of an issue: our open pull request for it, from whose branch the job starts. */
  pullRequest?: number;
}

type BaseGitHub = Pick<GitHub, "branchHead" | "branchesFrom" | "pullRequest" | "pullRequestsFrom">;

/**
 * The commit from which a job for this trigger starts: for an issue the head of the default branch, or of our own pull
 * request for it while that is open (`self` is the App's account); for a pull request its own branch, also in a fork. Throws UserError for what can't be worked on (archived,
 * locked, closed, without a commit) and says what to do.
 */
export async function findBase(
  github: BaseGitHub,
  trigger: Trigger,
  self: Pick<Self, "login">,
): Promise<Base> {
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
    const open = await ownPullRequest(github, trigger, self);
    if (open) return { ...onOwnBranch(open), pullRequest: open.number };
    const ref = repository.default_branch;
    return { base: { ref, sha: await headOf(github, trigger, ref) } };
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
    return { base: { ref, sha }, targetSha: pull.base.sha, fork: pull.head.repo.full_name };
  }
  return onOwnBranch(pull);
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

/** The newest open pull request that an earlier job for this issue made, from a branch of this repository. */
async function ownPullRequest(
  github: BaseGitHub,
  { repository, subject }: Trigger,
  self: Pick<Self, "login">,
): Promise<PullRequest | undefined> {
  const branches = await github.branchesFrom(repository, branchPrefix(subject.number));
  const found: PullRequest[] = [];
  for (const branch of branches.slice(-maxBranches)) {
    const pulls = await github.pullRequestsFrom(repository, branch);
    found.push(...pulls.filter((pull) => pull.state === "open" && isOwn(pull, branch, self)));
  }
  return found.toSorted((one, other) => other.number - one.number)[0];
}

function isOwn({ user, head, base }: PullRequest, branch: string, { login }: Pick<Self, "login">): boolean {
  const isHere = head.repo?.full_name.toLowerCase() === base.repo.full_name.toLowerCase();
  return isHere && head.ref === branch && user?.login.toLowerCase() === login.toLowerCase();
}

async function headOf(github: Pick<GitHub, "branchHead">, trigger: Trigger, branch: string): Promise<string> {
  try {
    return await github.branchHead(trigger.repository, branch);
  } catch (error) {
    // 409: "Git Repository is empty".
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw error;
    const { owner, name } = trigger.repository;
    throw new UserError(
      `${owner}/${name} has no commit on its default branch ${branch}. Push one (or correct the default branch in the settings), then ask again.`,
      { cause: error, code: "github" },
    );
  }
}

function closed(place: string): UserError {
  return new UserError(`The ${place} is closed. Reopen it, then ask again.`);
}
