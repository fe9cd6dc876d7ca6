// The commit as GitHub itself makes and signs it, when that gives the same tree as the gated one; else it is pushed.
import { UserError } from "../errors.ts";
import type { RepositoryName } from "../io/github.ts";
import { statusOf } from "../io/github-error.ts";
import { type Git, type GitCall, line } from "../io/git.ts";
import type { PublisherGitHub } from "./deps.ts";
import { plainChanges } from "./plain-changes.ts";

export interface VerifiedRequest {
  repository: RepositoryName;
  branch: string;
  /** Where the branch must stand: a commit, or null when it must not exist. */
  expected: string | null;
  /** The parent. */
  onto: string;
  /** Our own commit of the same change, in the quarantine that `call` sees. */
  sha: string;
  message: string;
  call: GitCall;
  /** Whether an earlier try may have taken effect without an answer. */
  mayBeThere: boolean;
  /** Brings a commit of the repository to where `call` sees it. */
  fetch: (sha: string) => Promise<void>;
}

export type Verified =
  | { kind: "committed"; sha: string }
  /** It is to be pushed, onto a branch that stands there now. */
  | { kind: "push"; expected: string | null };

type CommittingGitHub = Pick<PublisherGitHub, "branchHead" | "createBranch" | "commitOnBranch" | "treeOf">;

/**
 * Commits through GitHub's API, at most once. What GitHub can't or won't do so is left to a push, which tells what is wrong;
 * throws TransientError when it is to be repeated.
 */
export async function commitVerified(
  { git, github }: { git: Git; github: CommittingGitHub },
  request: VerifiedRequest,
): Promise<Verified> {
  const { repository, branch, expected, onto, sha, message, call } = request;
  const push = (now = expected): Verified => ({ kind: "push", expected: now });
  // What replaces an earlier commit of the same job is no commit on top of it.
  if (expected !== null && expected !== onto) return push();
  const changes = await plainChanges(git, call, { from: onto, to: sha });
  if (!changes) return push();
  const tree = line(await git(["rev-parse", `${sha}^{tree}`], call));
  const head = await headOf(github, repository, branch);
  if (head !== undefined && head !== onto) {
    const done = request.mayBeThere ? await madeBefore(git, request, { head, tree }) : undefined;
    return done === undefined ? push() : { kind: "committed", sha: done };
  }
  if (head === undefined && expected !== null) return push();
  try {
    if (head === undefined) await github.createBranch(repository, branch, onto);
    const made = await github.commitOnBranch(repository, { branch, expectedHead: onto, message, changes });
    // GitHub has put something else there: ours takes its place.
    if ((await github.treeOf(repository, made)) !== tree) return push(made);
    return { kind: "committed", sha: made };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return push((await headOf(github, repository, branch)) === onto ? onto : expected);
  }
}

/** The commit that an earlier try made, also below what others have added since. */
async function madeBefore(
  git: Git,
  { call, onto, fetch }: VerifiedRequest,
  { head, tree }: { head: string; tree: string },
): Promise<string | undefined> {
  await fetch(head);
  const { stdout } = await git(["log", "--format=%H %T %P", `${onto}..${head}`], call);
  const commits = stdout.toString("utf8").split("\n");
  return commits.find((commit) => commit.endsWith(` ${tree} ${onto}`))?.split(" ")[0];
}

async function headOf(
  github: Pick<PublisherGitHub, "branchHead">,
  repository: RepositoryName,
  branch: string,
): Promise<string | undefined> {
  try {
    return await github.branchHead(repository, branch);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
