// One chain in one file that this process alone appends to.
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AuditEvent, Head } from "./entry.ts";
import { firstPrev, seal } from "./entry.ts";
import { fileNameOf } from "./folder.ts";

export interface TimedEvent extends AuditEvent {
  time: Date;
}

export interface ChainFile {
  readonly file: string;
  /** The last entry that is on the disk; undefined before the first. */
  readonly head: Head | undefined;
  /** Whether the file is as this process left it: still there, and as long as it was. */
  intact(): Promise<boolean>;
  /** Resolves when all of them are on the disk. When it throws, none of them is. */
  append(events: readonly TimedEvent[]): Promise<void>;
  /** True after an error that leaves unknown what is on the disk: nothing more may be appended. */
  readonly broken: boolean;
  close(): Promise<void>;
}

/** Opens a new, empty chain. */
export async function openChainFile(folder: string, chain: string, openedAt: Date): Promise<ChainFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = fileNameOf(chain, openedAt);
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const path = join(folder, name);
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  const { ino } = await file.stat();
  await syncFolder(folder);
  let head: Head | undefined;
  let size = 0;
  let broken = false;

  async function write(text: string): Promise<void> {
    const bytes = Buffer.from(text, "utf8");
    try {
      await writeAll(file, bytes);
    } catch (cause) {
      // Part of it may have got there: a full disk takes what fits.
      await file.truncate(size).catch(() => {
        broken = true;
      });
      throw cause;
    }
    try {
      await file.datasync();
    } catch (cause) {
      // What of it is on the disk can't be known (fsync(2)); the next chain says where this one stood.
      broken = true;
      throw cause;
    }
    size += bytes.length;
  }

  return {
    file: name,
    get head() {
      return head;
    },
    get broken() {
      return broken;
    },
    async intact() {
      const now = await stat(path).catch(() => undefined);
      return now?.ino === ino && now.size === size;
    },
    async append(events) {
      let last = head;
      const lines: string[] = [];
      for (const { time, kind, fields } of events) {
        const prev = last?.hash ?? firstPrev;
        const seq = last ? last.seq + 1 : 0;
        const { entry, line } = seal({ chain, seq, time: time.toISOString(), kind, fields, prev });
        lines.push(`${line}\n`);
        last = { chain, seq, hash: entry.hash };
      }
      await write(lines.join(""));
      head = last;
    },
    close: () => file.close(),
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
