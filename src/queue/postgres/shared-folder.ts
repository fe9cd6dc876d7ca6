// Seeing that every process of a database has the same folder, by a file in it that says what the database says.
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { explain, UserError } from "../../errors.ts";
import { errorCode, readFileNoFollow } from "../../io/file.ts";
import type { Database } from "./database.ts";

const Known = z.object({ canary: z.string() });
const Anything = z.unknown();
const fileName = ".canary";

export interface SharedFolder {
  /** What it holds, such as "artifacts": its name in the database. */
  name: string;
  path: string;
  /** The variable that says where it is. */
  variable: string;
  /** A file that another machine has just written may not be seen here at once; 5 s unless told. */
  patienceMs?: number;
}

/**
 * The first process of all leaves an id in the database and in the folder; every other one has to find the same in
 * both, and every one has to be able to write there. Throws UserError with the remedy when that isn't so.
 */
export async function requireSharedFolder(database: Database, folder: SharedFolder): Promise<void> {
  const { path, variable } = folder;
  try {
    const draft = await writeDraft(path);
    try {
      const wanted = await agreedCanary(database, folder, draft);
      const found = await patientlyRead(folder);
      if (found !== wanted) throw new UserError(isAnother(folder, wanted, found));
    } finally {
      await rm(draft.path, { force: true });
    }
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    throw new UserError(
      `${variable}: ${explain(error)}; make ${path} a folder that this user can read and write, with the same user id on every machine`,
      { cause: error },
    );
  }
}

/** What the database says; when it says nothing yet, this process decides. */
async function agreedCanary(
  database: Database,
  { name, path }: SharedFolder,
  draft: { path: string; id: string },
): Promise<string> {
  const table = `${database.schema}.shared_folder`;
  const file = join(path, fileName);
  return database.transaction(`looking at the folder of ${name}`, async (tx) => {
    // One process after the other.
    await tx.executeSql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [table]);
    const [row] = await database.query(tx, `SELECT canary FROM ${table} WHERE name = $1`, [name], Known);
    if (row) return row.canary;
    // The file comes first: whoever dies in between leaves it to the next one.
    let found = await readCanary(file);
    if (found === undefined) {
      await rename(draft.path, file);
      found = draft.id;
    }
    await database.query(tx, `INSERT INTO ${table} (name, canary) VALUES ($1, $2)`, [name, found], Anything);
    return found;
  });
}

async function patientlyRead({ path, patienceMs = 5000 }: SharedFolder): Promise<string | undefined> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const found = await readCanary(join(path, fileName));
    if (found !== undefined || Date.now() >= giveUpAt) return found;
    await delay(100);
  }
}

/** An error of the file system: it names a path. */
function isOfFiles(error: unknown): boolean {
  return error instanceof Error && "path" in error && "syscall" in error;
}

/** What is wrong with the folder, from looking alone: undefined when it is the one, or when there was no process yet. */
export async function lookAtSharedFolder(
  wanted: string | undefined,
  folder: SharedFolder,
): Promise<string | undefined> {
  if (wanted === undefined) return undefined;
  const found = await readCanary(join(folder.path, fileName));
  return found === wanted ? undefined : isAnother(folder, wanted, found);
}

function isAnother({ path, variable }: SharedFolder, wanted: string, found: string | undefined): string {
  const file = join(path, fileName);
  return (
    `${variable}: ${path} is not the folder that the other processes of this database share: ` +
    `${file} ${found === undefined ? "is missing" : `says ${found}`}, the database says ${wanted}. ` +
    `Mount the same folder on every machine and point ${variable} to it; ` +
    `if this is the right one and the old one is gone for good: echo ${wanted} > ${file}`
  );
}

/** Also tells whether this process can write there: another machine's root or user often can't. */
async function writeDraft(folder: string): Promise<{ path: string; id: string }> {
  const id = randomUUID();
  const path = join(folder, `${fileName}-${id}`);
  await writeFile(path, `${id}\n`, { flag: "wx", mode: 0o644, flush: true });
  return { path, id };
}

async function readCanary(path: string): Promise<string | undefined> {
  try {
    return (await readFileNoFollow(path, 100)).toString("utf8").trim() || undefined;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
