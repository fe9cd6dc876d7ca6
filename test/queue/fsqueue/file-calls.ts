// Stands between the code and the file system, to make a process die or the disk refuse at a chosen call.
//
// The functions of node:fs are replaced in place, which syncBuiltinESMExports makes known to every module
// (https://nodejs.org/api/module.html#modulesyncbuiltinesmexports). Only calls on what lies below `root` count; all
// others pass. Closing counts for nothing: what it could tell, the sync before it has told.
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

export class Died extends Error {
  override readonly name = "Died";
}

export interface FileCalls {
  /** The calls so far, such as "renameSync pending". */
  readonly calls: string[];
  restore(): void;
}

const onOnePath = [
  "openSync",
  "readFileSync",
  "writeFileSync",
  "writeSync",
  "unlinkSync",
  "lstatSync",
  "statSync",
  "fstatSync",
  "readdirSync",
  "mkdirSync",
];
/** Their second path says where something goes. */
const onTwoPaths = ["renameSync", "linkSync"];
const withCallback = ["fsync", "readFile", "writeFile"];
const promised = ["open", "unlink", "utimes", "readdir", "mkdir", "rmdir"];
const ofHandles = ["sync", "readFile", "read", "stat"];

/** `before` sees each call before it is carried out; what it throws is what the call throws. */
export function interceptFileCalls(root: string, before: (number: number, call: string) => void): FileCalls {
  const calls: string[] = [];
  /** Descriptors that were opened through here. */
  const paths = new Map<unknown, string>();
  const undo: (() => void)[] = [];

  function note(name: string, target: unknown): void {
    const path = paths.get(target) ?? String(target);
    if (!path.startsWith(root)) return;
    calls.push(`${name} ${path.slice(root.length + 1).split("/")[0]}`);
    before(calls.length, calls.at(-1) ?? "");
  }

  /** `make` gets the function and returns what stands in its place. */
  function replace(owner: object, name: string, make: (call: Function) => Function): void {
    const original: unknown = Reflect.get(owner, name);
    if (typeof original !== "function") throw new Error(`there is no function ${name}`);
    Reflect.set(owner, name, make(original));
    undo.push(() => Reflect.set(owner, name, original));
  }

  for (const name of [...onOnePath, ...onTwoPaths]) {
    replace(fs, name, (call) => (...args: unknown[]) => {
      note(name, args[onTwoPaths.includes(name) ? 1 : 0]);
      const result: unknown = Reflect.apply(call, fs, args);
      if (name === "openSync") paths.set(result, String(args[0]));
      return result;
    });
  }
  for (const name of withCallback) {
    replace(fs, name, (call) => (...args: unknown[]) => {
      const done = args.at(-1);
      try {
        note(name, args[0]);
      } catch (error) {
        if (typeof done === "function") setImmediate(() => Reflect.apply(done, undefined, [error]));
        return;
      }
      Reflect.apply(call, fs, args);
    });
  }
  for (const name of promised) {
    replace(fsPromises, name, (call) => async (...args: unknown[]) => {
      note(name, args[0]);
      const result: unknown = await Reflect.apply(call, fsPromises, args);
      if (name === "open" && typeof result === "object" && result !== null) watchHandle(result, args[0]);
      return result;
    });
  }
  function watchHandle(handle: object, path: unknown): void {
    for (const name of ofHandles) {
      replace(handle, name, (call) => async (...args: unknown[]) => {
        note(name, path);
        return Reflect.apply(call, handle, args);
      });
    }
  }
  syncBuiltinESMExports();

  return {
    calls,
    restore() {
      for (const step of undo.splice(0)) step();
      syncBuiltinESMExports();
    },
  };
}
