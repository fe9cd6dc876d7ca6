// What a pull request changes: from where its head left the base branch, to its head.
import type { Pull } from "../model/state.ts";
import type { GitRepository } from "./repository.ts";

export interface PullChange {
  /** The base branch: as it is while the pull request can be merged, as it was before a merge. */
  tip: string;
  /** Where the diff begins: the merge base. */
  from: string;
  /** The head. */
  to: string;
  /** The range of its commits, for git log. */
  commits: string;
}

export async function pullChange(git: GitRepository, { base, head, merged_at }: Pull): Promise<PullChange> {
  const current = merged_at === null ? await git.resolve(`refs/heads/${base.ref}`) : null;
  const tip = current ?? base.sha;
  const from = (await git.mergeBase(tip, head.sha)) ?? tip;
  return { tip, from, to: head.sha, commits: `${tip}..${head.sha}` };
}
