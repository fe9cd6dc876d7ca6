// Paths whose content Git LFS keeps elsewhere: the repository holds a pointer, and the agent wrote content.
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
import { join } from "node:path";
import { type Git, type GitCall } from "../../io/git.ts";
import { blobSizes, readBlobs } from "../../io/git-objects.ts";
import { bringsBlob, type RawChange } from "./changes.ts";
import type { Tree } from "./tree.ts";

const pointerStart = "version https://git-lfs.github.com/spec/";
const maxPointerBytes = 1024;

/** Those of the changed paths that belong to LFS by the new tree's attributes, and whose new content is no pointer. */
export async function contentForLfs(
  git: Git,
  call: GitCall,
  options: { to: string; tree: Pick<Tree, "paths">; changes: readonly RawChange[] },
): Promise<string[]> {
  const changed = options.changes.filter(({ newMode }) => newMode === "100644" || newMode === "100755");
  const attributes = options.tree.paths.filter((path) => /(?:^|\/)\.gitattributes$/.test(path));
  if (changed.length === 0 || attributes.length === 0) return [];
  const kept = await pathsOfLfs(git, call, options.to, changed);
  const candidates = changed.filter(({ path }) => kept.has(path));
  const sizes = await blobSizes(git, call, [...new Set(candidates.map(({ newSha }) => newSha))]);
  const pointers = new Set<string>();
  const small = sizes.filter((blob) => blob.size <= maxPointerBytes);
  for await (const { sha, content } of readBlobs(git, call, small)) {
    if (content.toString("latin1", 0, pointerStart.length) === pointerStart) pointers.add(sha);
  }
  return candidates
    .filter((change) => bringsBlob(change) && !pointers.has(change.newSha))
    .map(({ path }) => path);
}

/**
 * Asks git itself which paths have `filter=lfs` (git-check-attr(1)). The trusted git directory turns every
 * attribute off, so this one question goes to an empty one beside it, with the new tree in its index. It runs no
 * filter.
 */
async function pathsOfLfs(
  git: Git,
  call: GitCall,
  to: string,
  changes: readonly RawChange[],
): Promise<Set<string>> {
  const gitDir = join(call.gitDir, "attributes.git");
  const { workTree: _none, ...rest } = call;
  const bare: GitCall = {
    ...rest,
    gitDir,
    indexFile: join(gitDir, "index"),
    alternates: [join(call.gitDir, "objects"), ...(call.alternates ?? [])],
  };
  await git(["init", "--quiet", "--bare", "--template=", gitDir], { gitDir, signal: call.signal });
  await git(["read-tree", to], bare);
  const { stdout } = await git(["check-attr", "--cached", "-z", "--stdin", "filter"], {
    ...bare,
    input: changes.map(({ path }) => `${path}\0`).join(""),
  });
  const fields = stdout.toString("utf8").split("\0");
  const kept = new Set<string>();
  for (let at = 0; at + 2 < fields.length; at += 3) if (fields[at + 2] === "lfs") kept.add(fields[at] ?? "");
  return kept;
}
