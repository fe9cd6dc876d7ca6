// The change between two trees as git lists it: modes, objects, names (git-diff-tree(1), --raw -z).
import { isUtf8 } from "node:buffer";
import type { Git, GitCall } from "../../io/git.ts";

export interface RawChange {
  oldMode: string;
  newMode: string;
  oldSha: string;
  newSha: string;
  /** A, D, M or T. */
  status: string;
  path: string;
}

/** Parses `diff-tree --raw -z --no-renames`. */
export function parseRawChanges(output: Buffer): RawChange[] {
  const changes: RawChange[] = [];
  for (let start = 0; start < output.length;) {
    const headEnd = output.indexOf(0, start);
    const nameEnd = headEnd === -1 ? -1 : output.indexOf(0, headEnd + 1);
    if (nameEnd === -1) break;
    const head = output.toString("latin1", start + 1, headEnd).split(" ");
    const [oldMode = "", newMode = "", oldSha = "", newSha = "", status = ""] = head;
    const path = shownName(output.subarray(headEnd + 1, nameEnd));
    changes.push({ oldMode, newMode, oldSha, newSha, status: status.charAt(0), path });
    start = nameEnd + 1;
  }
  return changes;
}

/** Every file that differs between two trees. */
export async function changesBetween(
  git: Git,
  call: GitCall,
  { from, to }: { from: string; to: string },
): Promise<RawChange[]> {
  const args = ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", from, to];
  return parseRawChanges((await git(args, { ...call, maxOutputBytes: maxListBytes })).stdout);
}

/** Of a list of names: some million files. */
export const maxListBytes = 512 * 1024 * 1024;

/** A name as text: bytes that are no UTF-8 are written as \xNN, so that different names stay different. */
export function shownName(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  return bytes
    .toString("latin1")
    .replaceAll(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Whether there is something new at this path whose content is in the repository. */
export function bringsBlob({ newMode }: RawChange): boolean {
  return newMode !== "000000" && newMode !== "160000";
}
