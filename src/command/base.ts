// From which commit a job starts, or why it can't.
import { UserError } from "../errors.ts";
import { statusOf } from "../io/github-error.ts";
import { markedJob } from "../job/job-marker.ts";
import type { GitHub } from "../io/github.ts";
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
}

/**
 * The commit from which a job for this trigger starts: the head of the default branch for an issue, of the
 * pull request's own branch for a pull request, also in a fork. Throws UserError for what can't be worked on (archived,
 * locked, closed, without a commit) and says what to do.
 */
export async function findBase(
  github: Pick<GitHub, "branchHead" | "pullRequest">,
  trigger: Trigger,
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
    const ref = repository.default_branch;
    return { base: { ref, sha: await headOf(github, trigger, ref) } };
  }
  const pull = await github.pullRequest(repository, subject.number);
  if (pull.state === "closed") throw closed(place);
  const targetSha = pull.base.sha;
  if (!pull.head.repo) {
    throw new UserError(
      `The fork with the branch of ${place} is gone. Push the branch to ${pull.base.repo.full_name} and open a pull request from there, then ask again.`,
    );
  }
  if (pull.head.repo.full_name.toLowerCase() !== pull.base.repo.full_name.toLowerCase()) {
    return { base: { ref: pull.head.ref, sha: pull.head.sha }, targetSha, fork: pull.head.repo.full_name };
  }
  const follows = markedJob(pull.body);
  return {
    base: { ref: pull.head.ref, sha: pull.head.sha },
    headRef: pull.head.ref,
    targetSha,
    ...(follows !== undefined && { follows }),
  };
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
