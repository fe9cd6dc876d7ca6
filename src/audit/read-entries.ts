// The entries of all chains in the order in which they happened, for looking.
import { join } from "node:path";
import { type Entry, readEntry } from "./entry.ts";
import { listChains } from "./folder.ts";
import { readLines } from "./lines.ts";

/**
 * The last `limit` entries that `wanted` picks, oldest first. Lines that are no entries are passed over: `verifyAudit`
 * tells of them.
 */
export async function readEntries(
  folder: string,
  options: { wanted: (entry: Entry) => boolean; limit: number },
): Promise<Entry[]> {
  const { wanted, limit } = options;
  let found: Entry[] = [];
  const { chains } = await listChains(folder);
  for (const { file } of chains) {
    for await (const { bytes, whole } of readLines(join(folder, file))) {
      const entry = whole ? readEntry(bytes) : undefined;
      if (entry && wanted(entry)) found.push(entry);
      if (found.length > 2 * limit) found = latest(found, limit);
    }
  }
  return latest(found, limit);
}

/** Times of our own have all the same form, so that they sort as text; entries of one time stay as they are. */
function latest(entries: readonly Entry[], limit: number): Entry[] {
  const sorted = entries.toSorted((one, other) =>
    one.time < other.time ? -1 : one.time > other.time ? 1 : 0,
  );
  return sorted.slice(-limit);
}
