// Opening, changing and merging pull requests.
import { headModified, notMergeable, validationFailed } from "../guesses.ts";
import type { Repository } from "../model/state.ts";
import { type PullIssue, type World, fullName, gitOf, isPull, now, repositoryDir } from "../model/world.ts";
import { changeIssue, newIssue } from "./issues.ts";
import { note } from "./note.ts";
import { refsChanged, trackHead } from "./refs.ts";
import { identityOf } from "./repositories.ts";
import { tellIssue } from "./tell-issue.ts";

export interface PullWishes {
  title: string;
  body: string | null;
  author: string;
  /** A branch of the same repository, or `owner:branch` of a fork. */
  head: string;
  base: string;
  draft: boolean;
}

const invalid = (field: string) => validationFailed({ resource: "PullRequest", field, code: "invalid" });
const refused = (message: string) =>
  validationFailed({ resource: "PullRequest", field: "", code: "custom", message });

/** Opens a pull request. Throws GitHub's 422 for unknown branches, no commits, or one that is open already. */
export async function openPull(world: World, repository: Repository, wishes: PullWishes): Promise<PullIssue> {
  const { headRepository, branch } = headOf(world, repository, wishes.head);
  const git = gitOf(world, repository);
  const baseSha = await git.resolve(`refs/heads/${wishes.base}`);
  const headSha = await gitOf(world, headRepository).resolve(`refs/heads/${branch}`);
  if (baseSha === null) throw invalid("base");
  if (headSha === null) throw invalid("head");
  const twin = world.state.issues.find(
    (issue) =>
      issue.repository_id === repository.id &&
      issue.state === "open" &&
      issue.pull?.head.repository_id === headRepository.id &&
      issue.pull.head.ref === branch &&
      issue.pull.base.ref === wishes.base,
  );
  if (twin) throw refused(`A pull request already exists for ${headRepository.owner}:${branch}.`);
  if (headRepository.id !== repository.id) {
    const incoming = `refs/stand-in/incoming/${crypto.randomUUID()}`;
    await git.borrow(repositoryDir(world, headRepository), headSha, incoming);
    await git.setRef(incoming, null);
  }
  if (await git.isAncestor(headSha, baseSha)) {
    throw refused(`No commits between ${wishes.base} and ${wishes.head}`);
  }
  const issue = newIssue(world, repository, wishes);
  const pull = {
    head: { repository_id: headRepository.id, ref: branch, sha: headSha },
    base: { repository_id: repository.id, ref: wishes.base, sha: baseSha },
    draft: wishes.draft,
    merged_at: null,
    merged_by: null,
    merge_commit_sha: null,
  };
  const opened: PullIssue = Object.assign(issue, { pull });
  await trackHead(world, repository, opened);
  await tellIssue(world, repository, opened, "opened", wishes.author, {});
  return opened;
}

function headOf(world: World, repository: Repository, head: string) {
  const [first = "", ...rest] = head.split(":");
  if (rest.length === 0) return { headRepository: repository, branch: first };
  const branch = rest.join(":");
  if (first.toLowerCase() === repository.owner.toLowerCase()) return { headRepository: repository, branch };
  const fork = world.state.repositories.find(
    (one) => one.owner.toLowerCase() === first.toLowerCase() && one.fork_of === repository.id,
  );
  if (!fork) throw invalid("head");
  return { headRepository: fork, branch };
}

/** Marks a draft as ready, or the other way round. */
export async function setDraft(
  world: World,
  repository: Repository,
  issue: PullIssue,
  draft: boolean,
  sender: string,
): Promise<void> {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  issue.updated_at = now(world);
  note(world, issue, draft ? "draft" : "ready", sender);
  await tellIssue(world, repository, issue, draft ? "converted_to_draft" : "ready_for_review", sender, {});
}

export interface MergeWishes {
  method: "merge" | "squash" | "rebase";
  title?: string | undefined;
  message?: string | undefined;
  /** The head that the caller saw. */
  sha?: string | undefined;
}

/** Merges (a rebase is done as a squash) and closes the issues that the body names. Returns the commit. */
export async function mergePull(
  world: World,
  repository: Repository,
  issue: PullIssue,
  wishes: MergeWishes,
  sender: string,
): Promise<string> {
  const { head, base, draft } = issue.pull;
  if (wishes.sha !== undefined && wishes.sha !== head.sha) throw headModified();
  const git = gitOf(world, repository);
  const ref = `refs/heads/${base.ref}`;
  const tip = await git.resolve(ref);
  if (issue.state === "closed" || draft || tip === null) throw notMergeable();
  const tree = await git.mergedTree(tip, head.sha);
  if (tree === null) throw notMergeable();
  const squash = wishes.method !== "merge";
  const title =
    wishes.title ??
    (squash
      ? `${issue.title} (#${issue.number})`
      : `Merge pull request #${issue.number} from ${fullName(repository).split("/")[0]}/${head.ref}`);
  const identity = identityOf(world, sender);
  const merged = await git.writeCommit({
    tree,
    parents: squash ? [tip] : [tip, head.sha],
    message: `${title}\n\n${wishes.message ?? issue.title}`,
    author: identity,
    committer: identity,
  });
  await git.setRef(ref, merged, tip);
  issue.pull.base.sha = tip;
  issue.pull.merged_at = now(world);
  issue.pull.merged_by = sender;
  issue.pull.merge_commit_sha = merged;
  note(world, issue, "merged", sender, merged);
  await refsChanged(world, repository, [{ ref, before: tip, after: merged }], sender);
  await changeIssue(world, repository, issue, { state: "closed" }, sender);
  await closeNamed(world, repository, issue, sender);
  return merged;
}

async function closeNamed(world: World, repository: Repository, issue: PullIssue, sender: string) {
  const words = (issue.body ?? "").matchAll(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d+)/gi);
  for (const [, number] of words) {
    const named = world.state.issues.find(
      (one) => one.repository_id === repository.id && one.number === Number(number) && !isPull(one),
    );
    if (named) await changeIssue(world, repository, named, { state: "closed" }, sender);
  }
}
