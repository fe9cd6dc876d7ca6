// Which jobs' artifacts are removed: those that nobody has used for a while, and the oldest of them when the disk fills. Pure.

export interface Kept {
  id: string;
  bytes: number;
  lastUsedMs: number;
  /** What it is in use for; undefined: for nothing. */
  use: string | undefined;
}

export interface Limits {
  /** 0: for ever. */
  ttlMs: number;
  /** Of all together; 0: any number. */
  maxBytes: number;
}

export interface Removal extends Kept {
  why: "old" | "space";
}

/** What is to be removed, the longest unused first. Nothing in use is among it, whatever that costs. */
export function chooseRemovals(kept: readonly Kept[], { ttlMs, maxBytes }: Limits, nowMs: number): Removal[] {
  const free = kept
    .filter(({ use }) => use === undefined)
    .toSorted((one, other) => one.lastUsedMs - other.lastUsedMs || (one.id < other.id ? -1 : 1));
  let bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  const removals: Removal[] = [];
  for (const one of free) {
    const isOld = ttlMs > 0 && nowMs - one.lastUsedMs >= ttlMs;
    const isTooMuch = maxBytes > 0 && bytes > maxBytes;
    if (!isOld && !isTooMuch) continue;
    bytes -= one.bytes;
    removals.push({ ...one, why: isOld ? "old" : "space" });
  }
  return removals;
}
