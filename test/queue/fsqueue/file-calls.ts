// Stands between the code and the file system, to make a process die or the disk refuse at a chosen call.
//
// The functions of node:fs are replaced in place, which syncBuiltinESMExports makes known to every module
// (https://nodejs.org/api/module.html#modulesyncbuiltinesmexports). Only calls that change something below `root`
// count; all others pass.
import fs from "node:fs";
import fsPromises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

export class Died extends Error {
  override readonly name = "Died";
}

export interface FileCalls {
  /** The calls so far, such as "renameSync pending". */
  readonly calls: string[];
  restore(): void;
}

/** `before` sees each call before it is carried out; what it throws is what the call throws. */
export function interceptFileCalls(root: string, before: (number: number, call: string) => void): FileCalls {
  const calls: string[] = [];
  function note(name: string, path: unknown): void {
    const text = String(path);
    if (!text.startsWith(root)) return;
    calls.push(`${name} ${text.slice(root.length + 1).split("/")[0]}`);
    before(calls.length, calls.at(-1) ?? "");
  }

  const { renameSync, linkSync, unlinkSync, writeFileSync } = fs;
  const { open, unlink, rename, utimes } = fsPromises;

  function watchHandle(handle: FileHandle, path: unknown): FileHandle {
    const sync = handle.sync.bind(handle);
    const writeFile = handle.writeFile.bind(handle);
    handle.sync = async () => {
      note("sync", path);
      return sync();
    };
    handle.writeFile = async (data, options) => {
      note("write", path);
      return writeFile(data, options);
    };
    return handle;
  }

  fs.renameSync = (from, to) => {
    note("renameSync", to);
    renameSync(from, to);
  };
  fs.linkSync = (from, to) => {
    note("linkSync", to);
    linkSync(from, to);
  };
  fs.unlinkSync = (path) => {
    note("unlinkSync", path);
    unlinkSync(path);
  };
  fs.writeFileSync = (path, data, options) => {
    note("writeFileSync", path);
    writeFileSync(path, data, options);
  };
  fsPromises.open = async (path, flags, mode) => {
    note("open", path);
    return watchHandle(await open(path, flags, mode), path);
  };
  fsPromises.unlink = async (path) => {
    note("unlink", path);
    await unlink(path);
  };
  fsPromises.rename = async (from, to) => {
    note("rename", to);
    await rename(from, to);
  };
  fsPromises.utimes = async (path, atime, mtime) => {
    note("utimes", path);
    await utimes(path, atime, mtime);
  };
  syncBuiltinESMExports();

  return {
    calls,
    restore() {
      Object.assign(fs, { renameSync, linkSync, unlinkSync, writeFileSync });
      Object.assign(fsPromises, { open, unlink, rename, utimes });
      syncBuiltinESMExports();
    },
  };
}
