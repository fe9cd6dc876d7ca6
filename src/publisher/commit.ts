// The gated patch as a commit on the base, without a work tree: nothing is checked out, so nothing in the
// repository or the patch can decide what runs (git-apply(1) --cached, git-commit-tree(1)).
import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { ExecError } from "../io/exec.ts";
import { type Git, type GitCall, line } from "../io/git.ts";
import { moveOnto } from "./move-onto.ts";

export interface CommitRequest {
  jobId: string;
  /** The bare repository that has the base commit. */
  mirror: string;
  baseSha: string;
  /** The commit that the new one goes on, when it isn't the base; it is in the mirror too. */
  onto?: string | undefined;
  patch: Uint8Array;
  /** What the patch gate saw; anything else is refused. */
  expected: { tree: string; sha256: string };
  message: string;
  /** Fixed, so that a repeat makes a commit with the same SHA. */
  identity: { name: string; email: string; dateSec: number };
}

export interface Quarantined {
  sha: string;
  /** How git is called so that it sees the new objects. */
  call: GitCall;
}

/**
 * Makes the commit in a quarantine below `workRoot` that is gone when `use` returns: the mirror gets none of its
 * objects. Throws UserError `patch_apply_failed` when the patch is not the gated one or doesn't give the gated tree,
 * `conflict` when it can't go `onto` another commit.
 */
export async function withCommit<T>(
  options: { git: Git; workRoot: string },
  request: CommitRequest,
  use: (commit: Quarantined) => Promise<T>,
): Promise<T> {
  const sha256 = createHash("sha256").update(request.patch).digest("hex");
  if (sha256 !== request.expected.sha256) {
    throw new UserError(
      "checking the patch: it is not the one that was reviewed by the patch gate; ask again",
      {
        code: "patch_apply_failed",
      },
    );
  }
  // One folder a job: what a killed process left there goes when its intent is carried out again.
  const folder = join(options.workRoot, `land-${request.jobId}`);
  await rm(folder, { recursive: true, force: true });
  try {
    const objects = join(folder, "objects");
    await mkdir(objects, { recursive: true });
    const call: GitCall = {
      gitDir: request.mirror,
      indexFile: join(folder, "index"),
      objectDirectory: objects,
      alternates: [join(request.mirror, "objects")],
      timeoutMs: 600_000,
    };
    const { baseSha, onto = baseSha, patch } = request;
    const gated = await applied(options.git, call, request);
    const tree =
      onto === baseSha ? gated : await moveOnto(options.git, call, { patch, baseSha, tree: gated, onto });
    const commit = await options.git(["commit-tree", tree, "-p", onto, "-F", "-"], {
      ...call,
      identity: request.identity,
      input: request.message,
    });
    return await use({ sha: line(commit), call });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function applied(git: Git, call: GitCall, request: CommitRequest): Promise<string> {
  const base = request.baseSha.slice(0, 12);
  await git(["read-tree", request.baseSha], call);
  try {
    await git(["apply", "--cached", "--whitespace=nowarn", "-"], { ...call, input: request.patch });
  } catch (cause) {
    if (!(cause instanceof ExecError) || cause.exitCode === undefined) throw cause;
    throw new UserError(`applying the patch to ${base}: it does not fit; ask again`, {
      cause,
      code: "patch_apply_failed",
    });
  }
  const tree = line(await git(["write-tree"], call));
  if (tree !== request.expected.tree) {
    throw new UserError(
      `applying the patch to ${base}: the result is not what the patch gate let through; ask again`,
      { code: "patch_apply_failed" },
    );
  }
  return tree;
}
