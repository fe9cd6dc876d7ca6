// Files that are being written: a folder for each process, so that what a dead one left is known as such.
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, unlinkSync } from "node:fs";
import { mkdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../io/file.ts";
import { sync, writeAll } from "./descriptor.ts";
import type { FolderLock } from "../../io/folder-lock.ts";
import { type Holder, holderTag } from "../holder.ts";

export interface Drafts {
  readonly folder: string;
  /** Writes and syncs a file of this folder and returns its path. Whoever renames it away makes it real. */
  write(data: string, name?: string): Promise<string>;
  /** Writes a file and then runs `step` with its path under the lock. What the step doesn't move is removed. */
  use<T>(data: string, step: (draft: string) => T): Promise<T>;
  discard(path: string): Promise<void>;
  close(): Promise<void>;
}

export async function openDrafts(tmp: string, self: Holder, lock: FolderLock): Promise<Drafts> {
  const folder = join(tmp, `${holderTag(self)}_${randomUUID().slice(0, 8)}`);
  await mkdir(folder, { mode: 0o700 });

  function create(path: string): number {
    try {
      return openSync(path, "wx", 0o600);
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOENT") {
        // A process of another pid namespace took this one for dead and cleaned up.
        mkdirSync(folder, { recursive: true, mode: 0o700 });
      } else if (code === "EEXIST") {
        // It could not be removed when it had failed before.
        unlinkSync(path);
      } else throw error;
      return openSync(path, "wx", 0o600);
    }
  }

  async function discard(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  async function write(data: string, name = `${randomUUID()}.draft`): Promise<string> {
    const path = join(folder, name);
    const file = create(path);
    try {
      await writeAll(file, data);
      await sync(file);
    } catch (cause) {
      await discard(path);
      throw cause;
    } finally {
      closeSync(file);
    }
    return path;
  }

  return {
    folder,
    write,
    async use(data, step) {
      const draft = await write(data);
      try {
        return await lock.run(() => step(draft));
      } finally {
        if (existsSync(draft)) await discard(draft);
      }
    },
    discard,
    async close() {
      // Not empty when a write is still on its way: the next start looks at it.
      await rmdir(folder).catch(() => undefined);
    },
  };
}
