// Files of a job that grow: what is new in one, and when to look again.
import { constants, watch } from "node:fs";
import { open } from "node:fs/promises";

/** Resolves after something below the folder changed, or after a second: a new step's folder is not watched yet. */
export function nextChange(folder: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, { recursive: true });
    const done = (): void => {
      clearTimeout(timer);
      watcher.close();
      resolve();
    };
    const timer = setTimeout(done, 1000);
    watcher.once("change", done);
    watcher.once("error", done);
  });
}

/**
 * The bytes after `from`, at most `maxBytes`, none when there is no such file; from its beginning when it was begun anew,
 * as by another attempt. A link in its place is not followed.
 */
export async function readFrom(
  path: string,
  from: number,
  maxBytes = Infinity,
): Promise<{ start: number; text: Buffer }> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size } = await file.stat();
      const start = size < from ? 0 : from;
      const buffer = Buffer.alloc(Math.min(size - start, maxBytes));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
      return { start, text: buffer.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch {
    return { start: from, text: Buffer.alloc(0) };
  }
}
