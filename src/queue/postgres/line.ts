// Whose turn it is within a key.
//
// Every ticket that waits has its job in pg-boss, and of each key at most one is released: the others start in the
// year 9999. The first is the one that owns the key (it ran and is to be tried again), else the first by rank; what is
// in back-off is the first all the same and keeps the others waiting. pg-boss's policy "singleton" is the second
// lock on the same door: it never hands out two jobs of one key.
import type { Db } from "pg-boss";
import { z } from "zod";
import type { Parts } from "./parts.ts";
import { bossPriority } from "./ticket-row.ts";

export const never = new Date("9999-12-31T00:00:00Z");

const Candidate = z.object({
  id: z.string(),
  job_id: z.string(),
  rank: z.coerce.number(),
  not_before: z.date().nullable(),
  released: z.boolean(),
  wanted: z.boolean(),
});
const Anything = z.unknown();

/** Puts a key's line in order, after any change to it; the key is locked by `tx`. Tells everybody who is next. */
export async function arrange<Payload>(parts: Parts<Payload>, tx: Db, keyHash: string): Promise<void> {
  const { database, table, name } = parts;
  const line = `queue = $1 AND key_hash = $2`;
  const candidates = await database.query(
    tx,
    `WITH first AS (
       SELECT id FROM ${table} WHERE ${line} AND state = 'pending' ORDER BY owns_key DESC, rank, id LIMIT 1
     ), busy AS (
       SELECT EXISTS (SELECT FROM ${table} WHERE ${line} AND state = 'running') AS running
     )
     SELECT id, job_id, rank, not_before, released,
       (id = (SELECT id FROM first) AND NOT (SELECT running FROM busy)) AS wanted
     FROM ${table}
     WHERE ${line} AND state = 'pending' AND (released OR id = (SELECT id FROM first))`,
    [name, keyHash],
    Candidate,
  );
  // First nobody, then the next one.
  for (const each of candidates) if (each.released && !each.wanted) await release(parts, tx, each, false);
  for (const each of candidates) if (!each.released && each.wanted) await release(parts, tx, each, true);
}

async function release<Payload>(
  { database, table, name }: Parts<Payload>,
  tx: Db,
  { id, job_id, rank, not_before }: z.infer<typeof Candidate>,
  released: boolean,
): Promise<void> {
  const startAfter = released ? (not_before ?? 0) : never;
  const { updated } = await database.boss.update(name, undefined, {
    id: job_id,
    startAfter,
    priority: bossPriority(rank),
    db: tx,
  });
  // Handed out at this very moment: whoever claims it changes its row.
  if (updated === 0) return;
  await database.query(
    tx,
    `UPDATE ${table} SET released = $3 WHERE queue = $1 AND id = $2`,
    [name, id, released],
    Anything,
  );
  if (released) await database.tell(tx, { queue: name, kind: "ready" });
}
