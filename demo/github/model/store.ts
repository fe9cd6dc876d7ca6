// The snapshot on disk, and the news that something changed.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { State } from "./state.ts";

export interface Store {
  /** Resolves when everything that changed before the call is on disk. */
  save(): Promise<void>;
}

/** Reads the snapshot of an earlier run; null when there is none. Throws when it is not a snapshot of ours. */
export async function loadState(dataDir: string): Promise<State | null> {
  const path = join(dataDir, "state.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw new Error(`reading ${path}`, { cause });
  }
  try {
    return State.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`reading ${path}: not a snapshot of this version`, { cause });
  }
}

/** Writes snapshots by atomic rename. Saves that are asked for while one is being written share the next. */
export function createStore(dataDir: string, state: State): Store {
  const path = join(dataDir, "state.json");
  let writing: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;

  async function write(): Promise<void> {
    const temporary = `${path}.new`;
    await writeFile(temporary, JSON.stringify(state));
    await rename(temporary, path);
  }

  function save(): Promise<void> {
    if (waiting) return waiting;
    const previous = writing;
    if (!previous) {
      writing = write().finally(() => (writing = null));
      return writing;
    }
    waiting = previous
      .catch(() => undefined)
      .then(() => {
        waiting = null;
        writing = write().finally(() => (writing = null));
        return writing;
      });
    return waiting;
  }

  return { save };
}
