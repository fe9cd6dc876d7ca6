// The lines on which GitHub takes a review comment: those that the diff shows, in the file after the change. Pure.

export interface Hunk {
  /** The first and last line of the new file that the hunk shows; last < first when it shows none. */
  first: number;
  last: number;
}

/** Reads a patch in git's format: for each path after the change the hunks in which a comment may stand. */
export function commentableLines(patch: Buffer): Map<string, Hunk[]> {
  const files = new Map<string, Hunk[]>();
  let hunks: Hunk[] | undefined;
  let before = 0;
  let after = 0;
  for (let start = 0; start < patch.length;) {
    const newline = patch.indexOf(0x0a, start);
    const end = newline === -1 ? patch.length : newline;
    const kind = String.fromCodePoint(patch[start] ?? 0x20);
    // Inside of a hunk a changed line may look like a header: the lengths say where it ends.
    if (before > 0 || after > 0) {
      if (kind === "-" || kind === " ") before--;
      if (kind === "+" || kind === " ") after--;
    } else {
      const text = patch.toString("utf8", start, Math.min(end, start + 8192));
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
      if (text.startsWith("diff --git ")) hunks = undefined;
      else if (text.startsWith("+++ ")) {
        const path = newPath(text.slice(4));
        hunks = path === undefined ? undefined : [];
        if (path !== undefined && hunks) files.set(path, hunks);
      } else if (hunk) {
        before = Number(hunk[1] ?? 1);
        after = Number(hunk[3] ?? 1);
        const first = Number(hunk[2]);
        if (after > 0) hunks?.push({ first, last: first + after - 1 });
      }
    }
    start = end + 1;
  }
  return files;
}

/** The name in a `+++` line: quoted by C's rules when it is unusual, followed by a tab when it holds a space. */
function newPath(said: string): string | undefined {
  const name = said.startsWith('"') ? unquoted(said) : said.replace(/\t$/, "");
  return name.startsWith("b/") ? name.slice(2) : undefined;
}

const escapes: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** https://git-scm.com/docs/git-config#Documentation/git-config.txt-corequotePath */
function unquoted(said: string): string {
  const bytes: Buffer[] = [];
  for (const [, octal, escaped, plain] of said
    .slice(1, said.lastIndexOf('"'))
    .matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/g)) {
    if (octal !== undefined) bytes.push(Buffer.of(Number.parseInt(octal, 8) & 0xff));
    else if (escaped !== undefined) {
      const code = escapes[escaped];
      bytes.push(code === undefined ? Buffer.from(escaped) : Buffer.of(code));
    } else bytes.push(Buffer.from(plain ?? ""));
  }
  return Buffer.concat(bytes).toString("utf8");
}
