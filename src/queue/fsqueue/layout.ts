// The folders of one queue.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { QueueState } from "../../job/queue-state.ts";

export type Layout = ReturnType<typeof createLayout>;

/**
 *     pending/ running/ done/ failed/ cancelled/ awaiting_approval/     tickets, one file each
 *     seen/<id>           every id that was ever enqueued
 *     keys/<hash>         the ticket to which a key belongs just now, and the token of its lease
 *     cancel/<id>         requests to end a running ticket
 *     tmp/<process>/      files that are being written, a folder for each process
 *     lock                see io/folder-lock.ts
 *     runs                when the last runs began and ended
 *     format              see format.ts
 */
export function createLayout(root: string) {
  return {
    root,
    state: (state: QueueState) => join(root, state),
    ticket: (state: QueueState, name: string) => join(root, state, name),
    seenFolder: join(root, "seen"),
    seen: (id: string) => join(root, "seen", id),
    keys: join(root, "keys"),
    key: (keyHash: string) => join(root, "keys", keyHash),
    cancelFolder: join(root, "cancel"),
    cancel: (id: string) => join(root, "cancel", id),
    tmp: join(root, "tmp"),
    lock: join(root, "lock"),
    runs: join(root, "runs"),
    format: join(root, "format"),
  };
}

export async function makeFolders({ root }: Layout): Promise<void> {
  for (const name of [...QueueState.options, "seen", "keys", "cancel", "tmp"]) {
    await mkdir(join(root, name), { recursive: true, mode: 0o700 });
  }
}
