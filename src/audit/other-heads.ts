// What a process remembers of the others' chains: who removes or shortens one later is found out by it.
//
// It is enough that each chain's last entry stands in one other chain, since that one is looked after by the next.
// So a new chain remembers only what was written since the newest one before it was opened.
import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../io/file.ts";
import { type Entry, type Head, maxLineBytes, readEntry } from "./entry.ts";
import { type ChainName, listChains } from "./folder.ts";

/** Clocks of file systems and machines differ; what is remembered twice does no harm. */
const clockSkewMs = 10 * 60 * 1000;

export interface OtherHeads {
  /** The heads that have moved since the last ones that were remembered. */
  heads: Head[];
  /** Files in which none can be read. */
  unreadable: string[];
  /** Files that are gone, or shorter than they were. */
  lost: string[];
  /** To be called once the heads are on the disk. */
  remember(): void;
}

interface Seen {
  size: number;
  seq: number;
}

/** Returns a function that looks at the chains in `folder` other than `own`. */
export function createOtherHeads(folder: string): (own: string | undefined) => Promise<OtherHeads> {
  let seen: ReadonlyMap<string, Seen> = new Map();
  let since: number | undefined;

  return async (own) => {
    const all = await listChains(folder);
    const chains = all.chains.filter(({ chain }) => chain !== own);
    since ??= await newestOpening(folder, chains);
    const there = new Map<string, Seen>();
    const heads: Head[] = [];
    const unreadable: string[] = [];
    const lost = [...seen.keys()].filter((file) => !chains.some((one) => one.file === file));
    for (const { file, chain } of chains) {
      const path = join(folder, file);
      const before = seen.get(file);
      const now = await stat(path).catch(() => undefined);
      if (!now || (!before && now.mtimeMs < since)) continue;
      if (before && now.size === before.size) {
        there.set(file, before);
        continue;
      }
      if (before && now.size < before.size) lost.push(file);
      const last = await lastEntry(path);
      if (last && last.seq !== before?.seq) heads.push({ chain, seq: last.seq, hash: last.hash });
      if (!last && now.size > 0) unreadable.push(file);
      there.set(file, { size: now.size, seq: last?.seq ?? -1 });
    }
    const remember = (): void => {
      seen = there;
    };
    return { heads, unreadable, lost, remember };
  };
}

/**
 * When the newest chain was opened that has written its first entry: what was last changed before that is remembered
 * by it or by an older one.
 */
async function newestOpening(folder: string, chains: readonly ChainName[]): Promise<number> {
  const now = Date.now();
  for (const { file, openedAt } of chains.toReversed()) {
    // A clock that was wrong once must not hide what is written now.
    if (openedAt.getTime() > now || !(await lastEntry(join(folder, file)))) continue;
    return openedAt.getTime() - clockSkewMs;
  }
  return 0;
}

/** The last whole line's entry; undefined when it isn't one. What a killed process left after it doesn't count. */
async function lastEntry(path: string): Promise<Entry | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, 2 * maxLineBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const tail = buffer.subarray(0, bytesRead);
      const end = tail.lastIndexOf(10);
      return end === -1
        ? undefined
        : readEntry(tail.subarray(tail.subarray(0, end).lastIndexOf(10) + 1, end));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
