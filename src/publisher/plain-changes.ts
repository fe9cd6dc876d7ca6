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
  const changes: FileChanges = { additions: [], deletions: [] };
  let bytes = 0;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, before = "", after = "", blob = "", kind = ""] = entry.exec(fields[at] ?? "") ?? [];
    const path = fields[at + 1] ?? "";
    const files = changes.additions.length + changes.deletions.length;
    // A name that isn't UTF-8 can't be said in JSON.
    if (kind === "" || files === maxFiles || path.includes("\uFFFD")) return undefined;
    if (kind === "D") changes.deletions.push(path);
    else {
      const isPlain = after === plain && (before === plain || before === nothing);
      if (!isPlain) return undefined;
      const { stdout: contents } = await git(["cat-file", "blob", blob], {
        ...call,
        maxOutputBytes: maxBytes,
      });
      bytes += contents.length;
      if (bytes > maxBytes) return undefined;
      changes.additions.push({ path, contents });
    }
  }
  return changes;
}
