// Files that are whole or not there, and paths that stay where they belong.
import { randomUUID } from "node:crypto";
import { constants, lstatSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

/**
 * Writes `data` to a temporary name in the same folder, syncs it, renames it over `path` and syncs the folder:
 * after a crash either the old file or the new one is there (rename(2), fsync(2)). Mode 0600 unless told.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx", options.mode ?? 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
  await syncFolder(dirname(path));
}

/** Makes what happened to a folder's names durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * At most `maxBytes` from the start of a regular file. A symbolic link in its place is refused (ELOOP), and so
 * is anything that isn't a file: who wrote there may not choose what is read (open(2), O_NOFOLLOW).
 */
export async function readFileNoFollow(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`reading ${path}: it is not a regular file`);
    const buffer = Buffer.alloc(Math.min(stat.size, maxBytes));
    // read(2) may return less than it was asked for.
    for (let filled = 0; filled < buffer.length;) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
      if (bytesRead === 0) return buffer.subarray(0, filled);
      filled += bytesRead;
    }
    return buffer;
  } finally {
    await file.close();
  }
}

/**
 * The path of `parts` below `root`. Throws when it would lie anywhere else, and when something on the way from
 * `root` to it, or it itself, is a symbolic link. `root` may be reached through links: the operator chose it.
 */
export function safeJoin(root: string, ...parts: string[]): string {
  const base = resolve(root);
  const path = resolve(base, ...parts);
  if (path !== base && !path.startsWith(base.endsWith(sep) ? base : base + sep)) {
    throw new Error(`the path ${join(...parts)} leaves ${base}`);
  }
  let at = base;
  for (const name of relative(base, path).split(sep)) {
    if (name === "") break;
    at = join(at, name);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (!stat) break;
    if (stat.isSymbolicLink()) throw new Error(`the path ${join(...parts)} in ${base} has a symbolic link`);
  }
  return path;
}

/** The code of a system error, such as "ENOENT"; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
