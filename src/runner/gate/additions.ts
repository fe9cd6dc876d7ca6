// The lines that a change adds, and where they stand.
import type { Git, GitCall } from "../../io/git.ts";

/** What a change brings into one blob. */
export interface Addition {
  /** The new blob. */
  sha: string;
  /** The added lines of a text; undefined for a binary file. */
  lines: { number: number; text: string }[] | undefined;
}

export interface Additions {
  files: number;
  linesAdded: number;
  linesRemoved: number;
  additions: Addition[];
}

/**
 * Parses `diff-tree -p -U0 --full-index`. Hunks are read by the lengths in their headers, so that a changed line
 * which looks like a header is what it is. Names don't matter: a file is known by its blob.
 */
export function parseAdditions(patch: Buffer): Additions {
  const all: Additions = { files: 0, linesAdded: 0, linesRemoved: 0, additions: [] };
  let current: Addition | undefined;
  let removed = 0;
  let added = 0;
  let number = 0;
  for (let start = 0; start < patch.length;) {
    const newline = patch.indexOf(0x0a, start);
    const end = newline === -1 ? patch.length : newline;
    const kind = patch[start];
    if (removed > 0 && kind === 0x2d) {
      removed--;
      all.linesRemoved++;
    } else if (added > 0 && kind === 0x2b) {
      added--;
      all.linesAdded++;
      current?.lines?.push({ number: number++, text: patch.toString("utf8", start + 1, end) });
    } else if (removed === 0 && added === 0) {
      const text = patch.toString("latin1", start, Math.min(end, start + 300));
      const index = /^index [0-9a-f]{40,64}\.\.([0-9a-f]{40,64})(?: \d+)?$/.exec(text);
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
      if (text.startsWith("diff --git ")) {
        all.files++;
        current = undefined;
      } else if (index) {
        current = { sha: index[1] ?? "", lines: [] };
        if (!/^0+$/.test(current.sha)) all.additions.push(current);
      } else if (hunk) {
        removed = Number(hunk[1] ?? 1);
        added = Number(hunk[3] ?? 1);
        number = Number(hunk[2]);
      } else if (text.startsWith("Binary files ") && current) {
        current.lines = undefined;
      }
    }
    start = end + 1;
  }
  return all;
}

/** What the change between two trees adds. Throws ExecError (`tooMuchOutput`) beyond `maxBytes`. */
export async function additionsBetween(
  git: Git,
  call: GitCall,
  { from, to, maxBytes }: { from: string; to: string; maxBytes: number },
): Promise<Additions> {
  const args = ["diff-tree", "-r", "-p", "-U0", "--full-index", "-M", "--no-ext-diff", "--no-textconv"];
  const { stdout } = await git([...args, from, to], {
    ...call,
    maxOutputBytes: maxBytes,
    timeoutMs: 600_000,
  });
  return parseAdditions(stdout);
}
