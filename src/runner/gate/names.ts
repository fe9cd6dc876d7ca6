// Names as other file systems and other readers see them. Pure.

/** Ways in which file systems spell ".git" and ".gitmodules" (git-config(1), core.protectHFS and core.protectNTFS). */
const gitLike = /^(?:\.git|git~\d+|gitmod~\d+|gi7eba~\d+)$/i;

/** Characters that some file systems drop from a name, or that no reader sees. */
const ignorable = /[\p{Cc}\p{Cf}]/gu;

/** Line ends, controls, and marks that turn the direction of what follows. */
const misleading = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u;

/**
 * A path as the least strict file system reads it: without characters that HFS+ ignores, without the trailing dots,
 * spaces and stream names that NTFS ignores, with its separators, composed (NFC), in lower case.
 */
export function foldPath(path: string): string {
  // The common case costs nothing.
  if (/^[a-z0-9_/-]+(?:\.[a-z0-9_-]+)?$/.test(path)) return path;
  return path
    .replaceAll("\\", "/")
    .split("/")
    .map((part) =>
      part
        .replaceAll(ignorable, "")
        .replace(/(?!^):.*$/su, "")
        .replace(/(?!^)[ .]+$/, ""),
    )
    .join("/")
    .normalize("NFC")
    .toLowerCase();
}

/** A path as file systems read it that only don't care about case or about how an accent is written. */
export function foldCase(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** What is wrong with a name itself; undefined when nothing is. */
export function nameProblem(path: string): string | undefined {
  if (path.split(/[/\\]/).some((part) => part === ".." || isGitLike(part))) {
    return "the name can be taken for git's own folder";
  }
  return misleading.test(path) ? "the name has characters that can't be seen" : undefined;
}

/** Whether one part of a path can be taken for git's own folder. */
export function isGitLike(part: string): boolean {
  return gitLike.test(foldPath(part));
}
