// Puts jobs into the index and takes them out.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { z } from "zod";
import { type JobFacts, jobFacts } from "./job-facts.ts";
import { readFolder } from "./read-folder.ts";

/** So many jobs of one millisecond have a place of their own in the order. */
const perMs = 1024;
/** A job.json that isn't there after this time never comes. */
const patienceMs = 60_000;

const Known = z.object({ n: z.number(), text_sha: z.string() });

/** Returns functions that make the index say what a job's folder says; to be called within `transaction`. */
export function createWriter(db: DatabaseSync, root: string) {
  const find = db.prepare("SELECT n, text_sha FROM jobs WHERE job_id = ?");
  const isTaken = db.prepare("SELECT 1 FROM jobs WHERE n = ?");
  const removeJob = db.prepare("DELETE FROM jobs WHERE n = ?");
  const removeSteps = db.prepare("DELETE FROM steps WHERE n = ?");
  const removeWords = db.prepare("DELETE FROM words WHERE rowid = ?");
  const addWords = db.prepare(
    "INSERT INTO words (rowid, goal, report, place, people) VALUES (?, ?, ?, ?, ?)",
  );
  const skip = db.prepare("INSERT OR REPLACE INTO skipped (name, folder_ms) VALUES (?, ?)");
  const unskip = db.prepare("DELETE FROM skipped WHERE name = ?");
  const insertJob = createInsert(db, "jobs");
  const insertStep = createInsert(db, "steps");

  function remove(jobId: string): void {
    unskip.run(jobId);
    const known = Known.safeParse(find.get(jobId)).data;
    if (!known) return;
    removeJob.run(known.n);
    removeSteps.run(known.n);
    removeWords.run(known.n);
  }

  function place({ job_id: id, created_ms: createdMs }: JobFacts["job"]): number {
    const first = createdMs * perMs;
    // From the id, so that a rebuild gives the same place in all but rare cases.
    const wanted = Number.parseInt(id.slice(-4), 36) % perMs || 0;
    for (let step = 0; step < perMs; step += 1) {
      const n = first + ((wanted + step) % perMs);
      if (!isTaken.get(n)) return n;
    }
    throw new Error(`${perMs} jobs of one millisecond`);
  }

  function put({ job, steps, text }: JobFacts): void {
    unskip.run(job.job_id);
    const known = Known.safeParse(find.get(job.job_id)).data;
    const n = known?.n ?? place(job);
    insertJob({ n, ...job });
    removeSteps.run(n);
    for (const step of steps) insertStep({ n, ...step });
    if (known?.text_sha === job.text_sha) return;
    if (known) removeWords.run(n);
    addWords.run(n, text.goal, text.report, text.place, text.people);
  }

  return {
    /** Reads the folder; false when there is no job in it yet, and one may still come. */
    refresh(jobId: string): boolean {
      const found = readFolder(root, jobId);
      if (found.kind === "gone") {
        remove(jobId);
        return true;
      }
      if (found.kind === "job") {
        put(jobFacts(found.files));
        return true;
      }
      remove(jobId);
      skip.run(jobId, found.folderMs);
      return Date.now() - found.folderMs > patienceMs && found.folderMs > 0;
    },
    transaction<T>(work: () => T): T {
      db.exec("BEGIN IMMEDIATE");
      try {
        const made = work();
        db.exec("COMMIT");
        return made;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

export type Writer = ReturnType<typeof createWriter>;

/** A row by the names of its columns; one of the same key is replaced. */
function createInsert(db: DatabaseSync, table: string): (row: Record<string, SQLInputValue>) => void {
  const columns = db
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map((column) => z.object({ name: z.string() }).parse(column).name);
  const marks = columns.map((name) => `:${name}`).join(", ");
  const statement = db.prepare(`INSERT OR REPLACE INTO ${table} (${columns.join(", ")}) VALUES (${marks})`);
  return (row) => {
    statement.run(row);
  };
}
