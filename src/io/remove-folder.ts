// Folders that go at once for everyone, and then byte by byte.
import { randomUUID } from "node:crypto";
import { lstat, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./exec.ts";
import { errorCode } from "./file.ts";

const prefix = ".removed-";
/** A folder is marked as used at most so often. */
const renewEveryMs = 60 * 60 * 1000;

/**
 * Takes the folder `name` out of `root` in one rename, so that whoever looks sees all of it or nothing, then removes it.
 * Who has a file of it open reads on. False when it isn't there.
 */
export async function removeFolder(root: string, name: string): Promise<boolean> {
  const gone = join(root, `${prefix}${randomUUID()}`);
  try {
    await rename(join(root, name), gone);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  await removeTree(gone);
  return true;
}

/** What a process left that died while it removed. */
export async function removeRemains(root: string): Promise<void> {
  for (const name of await namesIn(root)) if (name.startsWith(prefix)) await removeTree(join(root, name));
}

/** The bytes that the files of a folder have; no link is followed. What is gone meanwhile counts nothing. */
export async function sizeOf(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.size;
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}

/** Marks the folder as used now. A failure is nothing: then it is removed a little earlier. */
export async function renew(path: string, now: Date): Promise<void> {
  try {
    const { mtimeMs } = await lstat(path);
    if (now.getTime() - mtimeMs > renewEveryMs) await utimes(path, now, now);
  } catch {
    // It may be gone, or another user's.
  }
}

/** Removes a folder, also one in which someone took away the right to write (chmod(1) follows no links below it). */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    const env = { PATH: "/usr/bin:/bin" };
    await run("chmod", ["-R", "u+rwX", path], { env, timeoutMs: 120_000, okExitCodes: [1] });
    await rm(path, { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  });
}
