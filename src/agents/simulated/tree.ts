// A bounded look at a checkout that nothing in it can lead astray: links are never followed.
import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

const maxFiles = 5000;
const maxDepth = 16;
const maxTextBytes = 256_000;

/** Folders of other people's code and of generated files. */
const skippedFolders = new Set([
  ".git",
  "node_modules",
  "vendor",
  "third_party",
  "dist",
  "build",
  "coverage",
  "__snapshots__",
]);

/** The regular files below `root`, with slashes, in an order that depends on their names alone. */
export async function listFiles(root: string, signal: AbortSignal): Promise<string[]> {
  const files: string[] = [];
  const folders: { path: string; depth: number }[] = [{ path: "", depth: 0 }];
  for (let folder = folders.shift(); folder && files.length < maxFiles; folder = folders.shift()) {
    signal.throwIfAborted();
    const { path, depth } = folder;
    const entries = await readdir(join(root, path), { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => compare(a.name, b.name))) {
      if (/\p{Cc}|\uFFFD/u.test(entry.name)) continue;
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile() && files.length < maxFiles) files.push(below);
      const enter = entry.isDirectory() && !skippedFolders.has(entry.name.toLowerCase());
      if (enter && depth < maxDepth) folders.push({ path: below, depth: depth + 1 });
    }
  }
  return files;
}

/** A file's text; undefined when it is not UTF-8 text, too long, a link or gone. */
export async function readText(root: string, path: string): Promise<string | undefined> {
  const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    if (size > maxTextBytes) return undefined;
    const bytes = await file.readFile();
    if (bytes.includes(0)) return undefined;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Overwrites a file that is there already and is no link; its mode stays. */
export async function overwriteText(root: string, path: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await open(join(root, path), flags);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** By code units, so that it doesn't depend on the machine's language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
