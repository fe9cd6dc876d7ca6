// The bookkeeping beside the tickets: which ticket a key belongs to, and under which name an id is filed.
//
// Both are written whole (a rename) but not synced: after a power cut no lease is alive, and what these files say
// can be told from the folders. Their functions are synchronous because they are steps under the lock.
import { constants, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorCode } from "../../io/file.ts";
import { isThere } from "./is-there.ts";
import type { Layout } from "./layout.ts";
import { nameOf, parseTicket } from "./ticket-file.ts";
import { BadTicketError } from "./ticket-version.ts";

/** `token` is the lease's under which the ticket runs, or the last one's while it waits in pending/. */
const KeyFile = z.strictObject({ ticket: z.string(), token: z.string() });
type KeyFile = z.infer<typeof KeyFile>;

const SeenFile = z.strictObject({ schema_version: z.literal("1.0"), name: z.string() });

export type SmallFiles = ReturnType<typeof createSmallFiles>;

/** `scratch` is a folder of this process alone. */
export function createSmallFiles(layout: Layout, scratch: string) {
  const draft = join(scratch, "small.draft");

  function write(path: string, value: object): void {
    writeFileSync(draft, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  }

  return {
    /** Undefined when the key belongs to nobody, or when the file is damaged: then the folders tell. */
    readKey: (keyHash: string): KeyFile | undefined => KeyFile.safeParse(readJson(layout.key(keyHash))).data,
    writeKey: (keyHash: string, value: KeyFile): void => write(layout.key(keyHash), value),
    freeKey: (keyHash: string): void => unlinkIfThere(layout.key(keyHash)),
    dropCancelRequest: (id: string): void => unlinkIfThere(layout.cancel(id)),
    /** The name under which an id is filed: undefined when it was never seen, null when the file doesn't say. */
    readSeen(id: string): string | null | undefined {
      const value = readJson(layout.seen(id));
      if (value === undefined) return undefined;
      const small = SeenFile.safeParse(value);
      if (small.success) return small.data.name;
      try {
        return nameOf(parseTicket(value));
      } catch (error) {
        if (error instanceof BadTicketError) return null;
        throw error;
      }
    },
    /** Until its ticket ends, seen/<id> is the ticket as it was enqueued; from then on its name is enough. */
    shrinkSeen(id: string, name: string): void {
      try {
        write(layout.seen(id), { schema_version: "1.0", name });
      } catch {
        // It only saves room; the longer file says the same.
      }
    },
  };
}

/** Under the lock nobody else removes it between the look and the act. */
function unlinkIfThere(path: string): void {
  if (isThere(path)) unlinkSync(path);
}

/** Undefined when there is no such file, null when it can't be understood. */
function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, { encoding: "utf8", flag: constants.O_RDONLY | constants.O_NOFOLLOW });
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return undefined;
    if (code === "ELOOP" || code === "EISDIR") return null;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
