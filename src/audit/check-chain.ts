// One chain: each line whole and as it was written, each entry after the one that it names, nothing cut off.
import { join } from "node:path";
import { explain } from "../errors.ts";
import type { Claim } from "./claims.ts";
import { type Entry, firstPrev, type Head, readEntry } from "./entry.ts";
import { type Line, readLines } from "./lines.ts";

/** Something about a file, or a line of it. */
export interface Remark {
  file: string;
  /** From 1; null when it is about the file as a whole. */
  line: number | null;
  text: string;
}

interface Checked {
  entries: number;
  problems: Remark[];
  notes: Remark[];
  head: Head | undefined;
}

/** Enough to see what happened; a file of something else would give one for each line. */
const maxProblems = 20;

/** Reads the file once. `claims` are what others remember of it. Never throws: what can't be read is a problem. */
export async function checkChain(options: {
  folder: string;
  file: string;
  chain: string;
  claims: readonly Claim[];
}): Promise<Checked> {
  const { folder, file, chain, claims } = options;
  const checked: Checked = { entries: 0, problems: [], notes: [], head: undefined };
  const problem = (line: number | null, text: string): void => {
    if (checked.problems.length < maxProblems) checked.problems.push({ file, line, text });
  };
  const claimed = Map.groupBy(claims, (claim) => claim.seq);
  let last: Entry | undefined;
  /** Lines since `last` that tell nothing. */
  let damaged = 0;

  function check({ number, bytes, whole }: Line): void {
    if (!whole) {
      if (!isTorn(bytes, chain)) return problem(number, "is not what a process writes");
      const text = `${bytes.length} bytes of an entry: its process was ended while it wrote`;
      checked.notes.push({ file, line: number, text });
      return;
    }
    const entry = readEntry(bytes);
    if (!entry) {
      damaged += 1;
      return problem(number, "is not as it was written");
    }
    const wrong = misplaced(entry, chain, { last, damaged });
    damaged = 0;
    if (wrong !== undefined) problem(number, wrong);
    const name = openedAs(entry);
    if (name !== undefined && name !== file) problem(number, `was opened as ${name}: the file was renamed`);
    for (const claim of claimed.get(entry.seq) ?? []) {
      if (claim.hash !== entry.hash) {
        problem(
          number,
          `entry ${entry.seq} is another one than ${claim.by} remembers: the chain was rewritten`,
        );
      }
    }
    checked.entries += 1;
    last = entry;
  }

  try {
    for await (const line of readLines(join(folder, file))) check(line);
  } catch (error) {
    problem(null, `can't be read: ${explain(error)}`);
  }
  const end = last?.seq ?? -1;
  const longest = claims.toSorted((one, other) => other.seq - one.seq)[0];
  if (longest && longest.seq > end) {
    problem(
      null,
      `ends after entry ${end}; ${longest.by} remembers entry ${longest.seq}: its end was cut off`,
    );
  }
  if (last) checked.head = { chain, seq: last.seq, hash: last.hash };
  return checked;
}

/** The file's name by the word of a chain's first entry; chains of older versions don't say it. */
function openedAs({ seq, kind, fields }: Entry): string | undefined {
  const name = fields["file"];
  return seq === 0 && kind === "chain_opened" && typeof name === "string" ? name : undefined;
}

/** Why an entry can't stand where it does; undefined when it can. */
function misplaced(
  entry: Entry,
  chain: string,
  before: { last: Entry | undefined; damaged: number },
): string | undefined {
  const { seq, prev } = entry;
  const { last, damaged } = before;
  if (entry.chain !== chain) return `belongs to the chain ${entry.chain}`;
  const expected = (last ? last.seq + 1 : 0) + damaged;
  if (seq > expected) return `is entry ${seq}, but ${expected} was to come: something was removed or moved`;
  if (seq < expected) return `is entry ${seq}, but ${expected} was to come: something was inserted or moved`;
  if (damaged === 0 && prev !== (last?.hash ?? firstPrev)) {
    return "does not follow the entry before it: one of them was exchanged";
  }
  return undefined;
}

/** Whether this can be the beginning of an entry; a power cut may leave zeros instead of what was written. */
function isTorn(bytes: Buffer, chain: string): boolean {
  const start = Buffer.from(`{"chain":"${chain}","fields":{`);
  const length = Math.min(bytes.length, start.length);
  return bytes.every((byte) => byte === 0) || bytes.subarray(0, length).equals(start.subarray(0, length));
}
