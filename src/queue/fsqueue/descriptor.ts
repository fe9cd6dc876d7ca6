// Reading, writing and syncing an open file: what is short at once, what is long or waits for the disk elsewhere.
//
// From and into the kernel's cache a short text goes faster than a job goes to a thread and back. There are only four
// threads (https://nodejs.org/api/cli.html#uv_threadpool_sizesize), and they are busy with syncs.
import { fsync, readFile, readFileSync, writeFile, writeFileSync } from "node:fs";

const shortBytes = 64 * 1024;

/** All of a file of this size. */
export async function readAll(file: number, size: number): Promise<Uint8Array> {
  if (size <= shortBytes) return readFileSync(file);
  return new Promise((resolve, reject) => {
    readFile(file, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

export async function writeAll(file: number, text: string): Promise<void> {
  if (text.length <= shortBytes) return writeFileSync(file, text);
  return new Promise((resolve, reject) => {
    writeFile(file, text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Resolves when the file's content is on the disk (fsync(2)). */
export async function sync(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(file, (error) => (error ? reject(error) : resolve()));
  });
}
