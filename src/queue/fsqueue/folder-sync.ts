// Makes a folder's names durable, one fsync(2) for all who ask at the same time.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { QueueState } from "../../job/queue-state.ts";
import type { Layout } from "./layout.ts";

export interface FolderSync {
  /** Resolves when every name that was in the folder at the call is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

async function openFolderSync(path: string): Promise<FolderSync> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  let running: Promise<void> | undefined;
  /** A sync that hasn't begun yet covers whoever joins it. */
  let next: Promise<void> | undefined;

  async function afterRunning(): Promise<void> {
    // Who asked for that one hears of its error; this one starts in any case.
    await running?.catch(() => undefined);
    running = next;
    next = undefined;
    await folder.sync();
  }

  return {
    sync() {
      next ??= afterRunning();
      return next;
    },
    async close() {
      await Promise.allSettled([running, next]);
      await folder.close();
    },
  };
}

export type SyncedFolder = QueueState | "seen" | "cancel";

/** A sync for each folder whose names must survive a power cut. */
export async function openFolderSyncs(layout: Layout) {
  const folders = new Map<SyncedFolder, FolderSync>();
  for (const state of QueueState.options) folders.set(state, await openFolderSync(layout.state(state)));
  folders.set("seen", await openFolderSync(layout.seenFolder));
  folders.set("cancel", await openFolderSync(layout.cancelFolder));
  return {
    async sync(...names: SyncedFolder[]): Promise<void> {
      await Promise.all(names.map(async (name) => folders.get(name)?.sync()));
    },
    async close(): Promise<void> {
      await Promise.all([...folders.values()].map((folder) => folder.close()));
    },
  };
}
