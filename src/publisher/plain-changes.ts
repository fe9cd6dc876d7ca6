// Whether a change is one that GitHub can commit itself: whole files of text or bytes, none of them executable or a link.
import type { FileChanges } from "../io/github-commits.ts";
import type { Git, GitCall } from "../io/git.ts";

/** Far below what GitHub takes in one request, and enough for nearly every change. */
const maxFiles = 100;
const maxBytes = 2_000_000;

/** One entry of `git diff-tree --raw -z`: https://git-scm.com/docs/git-diff-tree#_raw_output_format */
const entry = /^:(\d{6}) (\d{6}) [0-9a-f]+ ([0-9a-f]+) ([ADM])$/;
const plain = "100644";
const nothing = "000000";

/**
 * The change from one commit to another as whole files; undefined when `createCommitOnBranch` could not make the same tree,
 * since it keeps a file's mode and gives new ones none, or when it is too large.
 */
export async function plainChanges(
  git: Git,
  call: GitCall,
  { from, to }: { from: string; to: string },
): Promise<FileChanges | undefined> {
  const { stdout } = await git(["diff-tree", "-r", "--raw", "-z", "--no-renames", from, to], call);
  const fields = stdout.toString("utf8").split("\0");
  const additions: { path: string; blob: string }[] = [];
  const deletions: string[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, before = "", after = "", blob = "", kind = ""] = entry.exec(fields[at] ?? "") ?? [];
    const path = fields[at + 1] ?? "";
    const isPlain = after === plain && (before === plain || before === nothing);
    // A name that isn't UTF-8 can't be said in JSON.
    if (kind === "" || path.includes("\uFFFD") || (kind !== "D" && !isPlain)) return undefined;
    if (kind === "D") deletions.push(path);
    else additions.push({ path, blob });
    if (additions.length + deletions.length > maxFiles) return undefined;
  }
  const blobs = additions.map(({ blob }) => blob);
  if ((await bytesOf(git, call, blobs)) > maxBytes) return undefined;
  const changes: FileChanges = { additions: [], deletions };
  for (const { path, blob } of additions) {
    const { stdout: contents } = await git(["cat-file", "blob", blob], { ...call, maxOutputBytes: maxBytes });
    changes.additions.push({ path, contents });
  }
  return changes;
}

/** How large they are together, before any is read. */
async function bytesOf(git: Git, call: GitCall, blobs: readonly string[]): Promise<number> {
  if (blobs.length === 0) return 0;
  const input = `${blobs.join("\n")}\n`;
  const { stdout } = await git(["cat-file", "--batch-check=%(objectsize)"], { ...call, input });
  return stdout
    .toString("latin1")
    .split("\n")
    .reduce((sum, size) => sum + Number(size), 0);
}
