// The outlook of a pending ticket, from what the tables say of the last runs, of what runs and of what comes before it.
import { z } from "zod";
import { estimateStart } from "../estimate.ts";
import type { Parts } from "./parts.ts";

const Mine = z.object({ rank: z.coerce.number(), key_hash: z.string(), at: z.date(), ahead: z.number() });
const LastRun = z.object({ run_started_at: z.date(), run_ended_at: z.date() });
const Running = z.object({ key_hash: z.string(), run_started_at: z.date() });
const Key = z.object({ key_hash: z.string() });
const Latest = z.object({ not_before: z.date().nullable(), owner_is_behind: z.boolean() });

/** As many keys ahead as the estimate plays through. */
const simulated = 10_000;
const remembered = 32;

/** See Queue.estimateStart. */
export async function estimate<Payload>(parts: Parts<Payload>, id: string): Promise<Date | undefined> {
  const { database, table, now, name } = parts;
  const { query, db } = database;
  if (id.includes("\0")) return undefined;
  const [mine] = await query(
    db,
    `SELECT t.rank, t.key_hash, ${now} AS at, (SELECT count(*)::int FROM ${table} AS o
       WHERE o.queue = $1 AND o.state = 'pending' AND (o.rank, o.id) < (t.rank, t.id)) AS ahead
     FROM ${table} AS t WHERE t.queue = $1 AND t.id = $2 AND t.state = 'pending'`,
    [name, id],
    Mine,
  );
  if (!mine) return undefined;
  const lastRuns = await query(
    db,
    `SELECT run_started_at, run_ended_at FROM ${table}
     WHERE queue = $1 AND run_ended_at IS NOT NULL AND run_started_at <= run_ended_at
     ORDER BY run_ended_at DESC LIMIT ${remembered}`,
    [name],
    LastRun,
  );
  if (lastRuns.length === 0) return undefined;
  const running = await query(
    db,
    `SELECT key_hash, run_started_at FROM ${table} WHERE queue = $1 AND state = 'running'`,
    [name],
    Running,
  );
  // What holds the key comes first, wherever its rank is.
  const [latest] = await query(
    db,
    `SELECT max(not_before) AS not_before,
       coalesce(bool_or(owns_key AND (rank, id) > ($3, $4)), false) AS owner_is_behind
     FROM ${table} WHERE queue = $1 AND key_hash = $2 AND state = 'pending'
       AND (owns_key OR (rank, id) <= ($3, $4))`,
    [name, mine.key_hash, mine.rank, id],
    Latest,
  );
  const isHeld = latest?.owner_is_behind ?? false;
  // Another key's back-off is in nobody else's way.
  const before = await query(
    db,
    `SELECT key_hash FROM ${table} AS t
     WHERE queue = $1 AND state = 'pending' AND (rank, id) < ($2, $3) AND NOT EXISTS (
       SELECT FROM ${table} AS o WHERE o.queue = t.queue AND o.key_hash = t.key_hash AND o.state = 'pending'
         AND o.released AND o.not_before > ${now})
     ORDER BY rank, id LIMIT ${simulated}`,
    [name, mine.rank, id],
    Key,
  );
  return estimateStart({
    now: mine.at,
    lastRuns: lastRuns.map((run) => ({ startedAt: run.run_started_at, endedAt: run.run_ended_at })),
    running: running.map((run) => ({ key: run.key_hash, startedAt: run.run_started_at })),
    ahead: [...(isHeld ? [mine.key_hash] : []), ...before.map(({ key_hash }) => key_hash)],
    aheadCount: mine.ahead + (isHeld ? 1 : 0),
    key: mine.key_hash,
    notBefore: latest?.not_before ?? undefined,
  });
}
