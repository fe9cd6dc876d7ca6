// The version of the folder as a whole, in the file `format`, so that no program works on what it doesn't understand.
//
//   1   no such file; an enqueue under way was two links of its draft, which is removed last
//   2   tickets of version 1.1; an enqueue renames its draft
//
// Older tickets are upgraded when they are read and get the new form when they are written next: a start stays fast
// however many have ended. What an enqueue of format 1 left when it died, repair.ts understands as well.
import { readFileSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { errorCode, writeFileAtomic } from "../../io/file.ts";
import type { Layout } from "./layout.ts";

const current = 2;

/** Writes the version of a folder that is new or older. Throws UserError when it is of a later version. */
export async function requireKnownFormat({ root, format }: Layout): Promise<void> {
  const found = readFormat(format);
  if (found === current) return;
  if (found === undefined || found < current) return writeFileAtomic(format, `${current}\n`);
  throw new UserError(
    `the queue's folder ${root} was written by a later version of Patchbay (format ${found}; this one knows ${current}). ` +
      "Start that version, or put QUEUE_ROOT elsewhere; nothing was changed",
  );
}

/** Undefined when there is no such file; more than any version when it says something else. */
function readFormat(path: string): number | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    return /^\d{1,9}$/.test(text) ? Number(text) : Infinity;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
