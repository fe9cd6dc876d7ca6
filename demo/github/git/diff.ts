// Differences between two trees, as GitHub lists them, and the lines that a review may point at.
import type { GitRepository } from "./repository.ts";

type FileStatus = "added" | "removed" | "modified" | "renamed" | "copied" | "changed";

export interface FileDiff {
  path: string;
  previousPath: string | null;
  status: FileStatus;
  /** The blob after the change, or before it for a removed file. */
  sha: string;
  additions: number;
  deletions: number;
  /** The hunks; null for binary files and pure renames. */
  patch: string | null;
}

export interface DiffLine {
  kind: "hunk" | "context" | "add" | "delete" | "note";
  left: number | null;
  right: number | null;
  text: string;
}

const statuses: Record<string, FileStatus> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};

/** The unified diff between two commits or trees. */
export async function diffText(repository: GitRepository, from: string, to: string): Promise<string> {
  return repository.text(["diff", "--full-index", "-M", from, to]);
}

/** The files that differ between two commits or trees. */
export async function diffFiles(repository: GitRepository, from: string, to: string): Promise<FileDiff[]> {
  const raw = (await repository.text(["diff", "--raw", "--no-abbrev", "-M", "-z", from, to])).split("\0");
  const sections = (await diffText(repository, from, to)).split(/^(?=diff --git )/m).filter(Boolean);
  const files: FileDiff[] = [];
  for (let at = 0; at < raw.length - 1;) {
    const [, , before = "", after = "", code = "M"] = (raw[at] ?? "").split(" ");
    const status = statuses[code[0] ?? "M"] ?? "modified";
    const moved = status === "renamed" || status === "copied";
    const first = raw[at + 1] ?? "";
    const path = moved ? (raw[at + 2] ?? "") : first;
    const section = sections[files.length] ?? "";
    const start = section.search(/^@@ /m);
    const patch = start < 0 ? null : section.slice(start).replace(/\n$/, "");
    files.push({
      path,
      previousPath: moved ? first : null,
      status,
      sha: status === "removed" ? before : after,
      ...count(patch),
      patch,
    });
    at += moved ? 3 : 2;
  }
  return files;
}

function count(patch: string | null): { additions: number; deletions: number } {
  const lines = patch === null ? [] : patchLines(patch);
  return {
    additions: lines.filter((line) => line.kind === "add").length,
    deletions: lines.filter((line) => line.kind === "delete").length,
  };
}

/** A patch's lines with their numbers on both sides. */
export function patchLines(patch: string): DiffLine[] {
  let left = 0;
  let right = 0;
  return patch.split("\n").map((text): DiffLine => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk) {
      left = Number(hunk[1]);
      right = Number(hunk[2]);
      return { kind: "hunk", left: null, right: null, text };
    }
    if (text.startsWith("+")) return { kind: "add", left: null, right: right++, text };
    if (text.startsWith("-")) return { kind: "delete", left: left++, right: null, text };
    if (text.startsWith("\\")) return { kind: "note", left: null, right: null, text };
    return { kind: "context", left: left++, right: right++, text };
  });
}

/** The hunk up to and with that line, as GitHub shows it over a comment; null when the line is not in the diff. */
export function hunkAt(patch: string, side: "LEFT" | "RIGHT", line: number): string | null {
  const lines = patchLines(patch);
  const at = lines.findIndex((entry) => (side === "LEFT" ? entry.left : entry.right) === line);
  if (at < 0) return null;
  const start = lines.slice(0, at).findLastIndex((entry) => entry.kind === "hunk");
  return lines
    .slice(start, at + 1)
    .map((entry) => entry.text)
    .join("\n");
}
