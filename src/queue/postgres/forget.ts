// Forgetting what ended long ago, so that a queue doesn't grow for ever.
import { z } from "zod";
import type { Parts } from "./parts.ts";

const Forgotten = z.object({ job_id: z.string() });
const batch = 1000;

/** Removes tickets that ended before this time with their jobs. Returns how many. */
export async function forget<Payload>(parts: Parts<Payload>, before: Date): Promise<number> {
  const { database, table, name } = parts;
  for (let forgotten = 0; ;) {
    const gone = await database.transaction("forgetting ended tickets", async (tx) => {
      const rows = await database.query(
        tx,
        `DELETE FROM ${table} WHERE queue = $1 AND id IN (
           SELECT id FROM ${table} WHERE queue = $1 AND state IN ('done', 'failed', 'cancelled') AND updated_at < $2
           LIMIT ${batch} FOR UPDATE SKIP LOCKED)
         RETURNING job_id`,
        [name, before.toISOString()],
        Forgotten,
      );
      const jobs = rows.map(({ job_id }) => job_id);
      if (jobs.length > 0) await database.boss.deleteJob(name, jobs, { db: tx });
      return jobs.length;
    });
    forgotten += gone;
    if (gone < batch) return forgotten;
  }
}
