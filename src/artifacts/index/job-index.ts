// The index over all jobs: made from their files, brought up to date when it is asked, thrown away when in doubt.
//
// Nothing looks at the files while nobody asks. A watch on the artifacts' folder collects the names of new jobs; a job
// that goes on is known by its folder's time, since each of its files is renamed into it.
import { renameSync, statSync, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { setImmediate as breathe } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { JobId } from "../../job/ids.ts";
import { type IndexDatabase, isDamage, openDatabase, removeDatabase } from "./database.ts";
import { folderChangedMs } from "./read-folder.ts";
import { createWriter, type Writer } from "./write-jobs.ts";
import { join } from "node:path";

export interface IndexOptions {
  /** The index's own file. */
  file: string;
  /** The folder of all jobs. */
  root: string;
  /** True when other machines write there too: a watch doesn't see what they do. */
  isShared?: boolean;
  log?: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
}

/** However often it is asked, the files are looked at once in this time. */
const everyMs = 400;
const batch = 200;
/** More names than these are not remembered one by one. */
const maxNames = 10_000;

const isJobName = (name: string): boolean => !name.startsWith(".") && JobId.safeParse(name).success;

/** Opens the index; `query` and `catchUp` are then what is needed. Throws when the disk refuses. */
export function openJobIndex({ file, root, isShared = false, log }: IndexOptions) {
  let open: (IndexDatabase & { writer: Writer }) | undefined;
  /** Names that something happened to since the last look. */
  let names = new Set<string>();
  let mustList = true;
  let listedMs = 0;
  let lookedAt = -Infinity;
  let looking: Promise<void> | undefined;

  function database(): IndexDatabase & { writer: Writer } {
    if (open && statSync(file, { throwIfNoEntry: false })?.ino === open.inode) return open;
    open?.db.close();
    const opened = openDatabase(file);
    open = { ...opened, writer: createWriter(opened.db, root) };
    mustList = true;
    return open;
  }

  function reset(error: unknown): void {
    log?.warn({ reason: String(error) }, "the index is damaged and is built anew");
    open?.db.close();
    open = undefined;
    removeDatabase(file);
    mustList = true;
  }

  const watcher = watchFolder(root, (name) => {
    if (name === undefined || names.size >= maxNames) mustList = true;
    else if (isJobName(name)) names.add(name);
  });

  async function refresh(jobIds: readonly string[], writer: Writer): Promise<void> {
    for (let at = 0; at < jobIds.length; at += batch) {
      const some = jobIds.slice(at, at + batch);
      writer.transaction(() => {
        for (const id of some) if (!writer.refresh(id)) names.add(id);
      });
      await breathe();
    }
  }

  /** All folders against all rows: what is new, what is gone, what has changed while nobody looked. */
  async function listAll(): Promise<void> {
    mustList = false;
    listedMs = folderChangedMs(root) ?? 0;
    const { db, writer } = database();
    const rows = db
      .prepare("SELECT job_id AS name, folder_ms FROM jobs UNION ALL SELECT name, folder_ms FROM skipped")
      .all();
    const known = new Map(
      z
        .array(Row)
        .parse(rows)
        .map(({ name, folder_ms: at }) => [name, at]),
    );
    const there = (await readdir(root).catch(() => [])).filter(isJobName);
    const changed: string[] = [];
    for (const [at, name] of there.entries()) {
      if (known.get(name) !== folderChangedMs(join(root, name))) changed.push(name);
      known.delete(name);
      if (at % 2000 === 1999) await breathe();
    }
    await refresh([...known.keys(), ...changed.toSorted()], writer);
  }

  async function look(): Promise<void> {
    const { db, writer } = database();
    if (!watcher.isAlive() || isShared) mustList ||= folderChangedMs(root) !== listedMs;
    if (mustList) await listAll();
    const found = names;
    names = new Set();
    const rows = z.array(Row).parse(db.prepare(openJobs).all());
    const changed = rows.filter(({ name, folder_ms: at }) => folderChangedMs(join(root, name)) !== at);
    await refresh([...new Set([...found, ...changed.map(({ name }) => name)])], writer);
  }

  const index = {
    /** Makes the index say what the files say. Asked by several at once it looks once. */
    catchUp(): Promise<void> {
      if (performance.now() - lookedAt < everyMs && !mustList) return looking ?? Promise.resolve();
      looking ??= (async () => {
        try {
          await look();
        } catch (error) {
          if (!isDamage(error)) throw error;
          reset(error);
          await look();
        } finally {
          lookedAt = performance.now();
          looking = undefined;
        }
      })();
      return looking;
    },

    /** What a query gives on the index as it stands; a damaged one is emptied, to be filled by the next look. */
    query<T>(ask: (db: DatabaseSync) => T): T {
      try {
        return ask(database().db);
      } catch (error) {
        if (!isDamage(error)) throw error;
        reset(error);
        return ask(database().db);
      }
    },

    close(): void {
      watcher.close();
      open?.db.close();
      open = undefined;
    },
  };
  return index;
}

export type JobIndex = ReturnType<typeof openJobIndex>;

const Row = z.object({ name: z.string(), folder_ms: z.number() });
const openJobs = "SELECT job_id AS name, folder_ms FROM jobs WHERE is_open = 1";

/** Builds a new index beside the old one and puts it in its place. Returns how many jobs are in it. */
export async function rebuildIndex({ file, root }: Pick<IndexOptions, "file" | "root">): Promise<number> {
  const made = `${file}.new`;
  removeDatabase(made);
  const index = openJobIndex({ file: made, root });
  try {
    await index.catchUp();
    const count = index.query((db) => {
      db.exec("PRAGMA journal_mode = DELETE");
      return z.object({ count: z.number() }).parse(db.prepare("SELECT count(*) AS count FROM jobs").get());
    });
    removeDatabase(file);
    renameSync(made, file);
    return count.count;
  } finally {
    index.close();
    removeDatabase(made);
  }
}

/** Tells the names of what comes and goes in a folder; undefined: something did. */
function watchFolder(folder: string, tell: (name: string | undefined) => void) {
  let alive = true;
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => tell(name ?? undefined));
    const stop = (): void => {
      alive = false;
      watcher.close();
    };
    watcher.on("error", stop);
    return { isAlive: () => alive, close: stop };
  } catch {
    // No inotify to be had, or no folder yet: the folder's time is looked at instead.
    return { isAlive: () => false, close: () => undefined };
  }
}
