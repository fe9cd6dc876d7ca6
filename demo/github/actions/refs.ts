// After refs have moved, by whatever way: the push webhook, and what it means for pull requests.
import { moveComments } from "./outdated.ts";
import { log } from "../git/commits.ts";
import type { Repository } from "../model/state.ts";
import {
  type PullIssue,
  type World,
  gitOf,
  isPull,
  now,
  repositoryById,
  repositoryDir,
} from "../model/world.ts";
import { repositoryPage } from "../shapes/links.ts";
import { fullPullShape } from "../shapes/pull.ts";
import { emit } from "../webhooks/emit.ts";
import { note } from "./note.ts";
import { touched } from "../shapes/push.ts";

export interface RefChange {
  ref: string;
  before: string | null;
  after: string | null;
}

const zero = "0".repeat(40);

/** Tells the App about moved branches and tags, and moves the pull requests that follow them. */
export async function refsChanged(
  world: World,
  repository: Repository,
  changes: readonly RefChange[],
  sender: string,
): Promise<void> {
  for (const change of changes) {
    if (change.before === change.after) continue;
    repository.pushed_at = now(world);
    await tellPush(world, repository, change, sender);
    if (change.ref.startsWith("refs/heads/")) await followBranch(world, repository, change, sender);
  }
}

/** The differences between two readings of a repository's refs. */
export function compareRefs(before: Map<string, string>, after: Map<string, string>): RefChange[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .map((ref) => ({ ref, before: before.get(ref) ?? null, after: after.get(ref) ?? null }))
    .filter((change) => change.before !== change.after);
}

async function tellPush(world: World, repository: Repository, change: RefChange, sender: string) {
  const git = gitOf(world, repository);
  const page = repositoryPage(world, repository);
  const { before, after } = change;
  const range =
    after === null ? [] : before === null ? [after, `^${repository.default_branch}`] : [after, `^${before}`];
  const isDefault = change.ref === `refs/heads/${repository.default_branch}`;
  const commits =
    after === null
      ? []
      : await log(git, before === null && isDefault ? [after] : range, { max: 20, reverse: true });
  const shaped = [];
  for (const commit of commits) shaped.push(await touched(world, repository, commit));
  const head = after === null ? null : (await log(git, [after], { max: 1 }))[0];
  const forced = before !== null && after !== null && !(await git.isAncestor(before, after));
  emit(world, "push", null, repository, sender, {
    ref: change.ref,
    before: before ?? zero,
    after: after ?? zero,
    pusher: { name: sender, email: `${sender}@users.noreply.github.com` },
    created: before === null,
    deleted: after === null,
    forced,
    base_ref: null,
    compare: `${page}/compare/${(before ?? zero).slice(0, 12)}...${(after ?? zero).slice(0, 12)}`,
    commits: shaped,
    head_commit: head ? await touched(world, repository, head) : null,
  });
}

async function followBranch(world: World, repository: Repository, change: RefChange, sender: string) {
  const name = change.ref.slice("refs/heads/".length);
  const following = world.state.issues.filter(
    (issue): issue is PullIssue =>
      isPull(issue) &&
      issue.state === "open" &&
      issue.pull.head.repository_id === repository.id &&
      issue.pull.head.ref === name,
  );
  for (const issue of following) {
    const base = repositoryById(world, issue.repository_id);
    issue.updated_at = now(world);
    if (change.after === null) {
      issue.state = "closed";
      issue.closed_at = now(world);
      issue.closed_by = sender;
      note(world, issue, "closed", sender, "branch deleted");
      const pull = await fullPullShape(world, base, issue);
      emit(world, "pull_request", "closed", base, sender, { number: issue.number, pull_request: pull });
      continue;
    }
    issue.pull.head.sha = change.after;
    const baseTip = await gitOf(world, base).resolve(`refs/heads/${issue.pull.base.ref}`);
    issue.pull.base.sha = baseTip ?? issue.pull.base.sha;
    note(world, issue, "pushed", sender, change.after);
    await trackHead(world, base, issue);
    if (change.before !== null) {
      const { before, after } = change;
      const mine = world.state.review_comments.filter(
        (one) => one.repository_id === base.id && one.number === issue.number,
      );
      await moveComments(gitOf(world, base), mine, { before, after });
    }
    emit(world, "pull_request", "synchronize", base, sender, {
      number: issue.number,
      before: change.before ?? zero,
      after: change.after,
      pull_request: await fullPullShape(world, base, issue),
    });
  }
}

/** Keeps refs/pull/N/head of the base repository at the pull request's head. */
export async function trackHead(world: World, base: Repository, issue: PullIssue): Promise<void> {
  const git = gitOf(world, base);
  const { head } = issue.pull;
  const ref = `refs/pull/${issue.number}/head`;
  if (head.repository_id === base.id) await git.setRef(ref, head.sha);
  else await git.borrow(repositoryDir(world, repositoryById(world, head.repository_id)), head.sha, ref);
}
