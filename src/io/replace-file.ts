// For steps under a folder lock, which may not wait: files that are whole or not there, synchronously.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Writes `text` beside `path`, syncs it, renames it over `path` and syncs the folder. The draft's name is always the
 * same: nobody else may write there meanwhile, and what a dead process left is written over. Mode 0600.
 */
export function replaceFileSync(path: string, text: string): void {
  const draft = `${path}.draft`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  withFile(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, (file) => writeWhole(file, text));
  renameSync(draft, path);
  syncFolderSync(dirname(path));
}

/**
 * Appends whole lines and syncs them; what a process that died in the middle of a line left becomes a line of its own.
 * Mode 0600.
 */
export function appendLinesSync(path: string, lines: readonly string[]): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const isNew = withFile(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, (file) => {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(file, last, 0, 1, size - 1);
    const start = size > 0 && last.toString() !== "\n" ? "\n" : "";
    writeWhole(file, `${start}${lines.map((line) => `${line}\n`).join("")}`);
    return size === 0;
  });
  if (isNew) syncFolderSync(dirname(path));
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  // write(2) may take less than it was given.
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  fsyncSync(file);
}

function syncFolderSync(path: string): void {
  withFile(path, constants.O_RDONLY | constants.O_DIRECTORY, fsyncSync);
}

function withFile<T>(path: string, flags: number, use: (file: number) => T): T {
  const file = openSync(path, flags, 0o600);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
