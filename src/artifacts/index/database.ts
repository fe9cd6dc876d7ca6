// The index's file: opened, or made anew when it is missing, damaged or of another version.
import { mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { indexVersion, schema } from "./schema.ts";

export interface IndexDatabase {
  db: DatabaseSync;
  /** True when there is nothing in it yet. */
  isNew: boolean;
  /** The file's own number: another one means that somebody has put a new index in its place. */
  inode: number;
}

/** Codes of SQLite for a file that can't be read as a database (sqlite.org/rescode.html): CORRUPT, NOTADB, SCHEMA. */
const damaged = new Set([11, 26, 17]);
const busyMs = 5000;

const SqliteError = z.object({ errcode: z.number() });

/** Whether an error says that the index itself is broken, and not what was asked of it. */
export function isDamage(error: unknown): boolean {
  const found = SqliteError.safeParse(error);
  // The low byte is the primary code.
  return found.success && damaged.has(found.data.errcode & 0xff);
}

/** The disk is never waited for: what a power cut takes away is read from the jobs' files again. */
export function openDatabase(file: string): IndexDatabase {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return openOnce(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    removeDatabase(file);
    return openOnce(file);
  }
}

export function removeDatabase(file: string): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
}

function openOnce(file: string): IndexDatabase {
  let db = new DatabaseSync(file, { timeout: busyMs });
  try {
    let version = versionOf(db);
    if (version !== 0 && version !== indexVersion) {
      db.close();
      removeDatabase(file);
      db = new DatabaseSync(file, { timeout: busyMs });
      version = 0;
    }
    // Goals and reports are in it: for nobody else's eyes.
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;");
    if (version === 0) db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    else db.prepare("SELECT count(*) FROM (SELECT 1 FROM jobs LIMIT 1)").get();
    return { db, isNew: version === 0, inode: statSync(file).ino };
  } catch (error) {
    db.close();
    throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  const row = db.prepare("PRAGMA user_version").get();
  return z.object({ user_version: z.number() }).parse(row).user_version;
}
