// What a unified diff changes, counted from its text.

export interface FileStats {
  path: string;
  added: number;
  removed: number;
  /** Added lines with their numbers in the new file. */
  lines: { line: number; text: string }[];
}

/** Reads git's own format, a cut one too; a binary file counts no lines. */
export function patchStats(patch: string): FileStats[] {
  const files: FileStats[] = [];
  let file: FileStats | undefined;
  let oldLeft = 0;
  let newLeft = 0;
  let line = 0;
  for (const text of patch.split("\n")) {
    if (file && (oldLeft > 0 || newLeft > 0) && /^[-+ \\]/.test(text)) {
      if (text.startsWith("+")) {
        file.added++;
        file.lines.push({ line, text: text.slice(1) });
      }
      if (text.startsWith("-")) file.removed++;
      if (/^[- ]/.test(text)) oldLeft--;
      if (/^[+ ]/.test(text)) {
        newLeft--;
        line++;
      }
      continue;
    }
    const header = /^diff --git (?:"?a\/.*) "?b\/(.*?)"?$/.exec(text);
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
    if (header) {
      file = { path: header[1] ?? "", added: 0, removed: 0, lines: [] };
      files.push(file);
    } else if (hunk) {
      oldLeft = Number(hunk[1] ?? 1);
      line = Number(hunk[2] ?? 1);
      newLeft = Number(hunk[3] ?? 1);
    }
  }
  return files;
}
