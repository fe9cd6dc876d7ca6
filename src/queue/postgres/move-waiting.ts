// Moves of tickets that nobody runs: cancel, approve, settle, requeue; and the end by force of one that somebody does.
import { randomUUID } from "node:crypto";
import type { Db } from "pg-boss";
import { z } from "zod";
import { reopenJob, settleJob } from "./job.ts";
import { arrange } from "./line.ts";
import { lockKey, type Parts } from "./parts.ts";
import { placesPerPriority } from "./tables.ts";
import { storable, TicketRow } from "./ticket-row.ts";

const KeyHash = z.object({ key_hash: z.string() });
const Anything = z.unknown();

/** Calls `move` with the ticket's row, its key and itself locked; undefined when there is no such ticket. */
async function withTicket<Payload, T>(
  parts: Parts<Payload>,
  action: string,
  id: string,
  move: (tx: Db, row: TicketRow) => Promise<T>,
): Promise<T | undefined> {
  const { database, table, name } = parts;
  if (id.includes("\0")) return undefined;
  return database.transaction(`${action} ${id}`, async (tx) => {
    const where = "WHERE queue = $1 AND id = $2";
    const [known] = await database.query(tx, `SELECT key_hash FROM ${table} ${where}`, [name, id], KeyHash);
    if (!known) return undefined;
    await lockKey(parts, tx, known.key_hash);
    const [row] = await database.query(
      tx,
      `SELECT * FROM ${table} ${where} FOR UPDATE`,
      [name, id],
      TicketRow,
    );
    return row && move(tx, row);
  });
}

export async function cancel<Payload>(
  parts: Parts<Payload>,
  id: string,
  note: string,
): Promise<"cancelled" | "requested" | "finished" | "unknown"> {
  const { database, table, name, now } = parts;
  const text = storable(note);
  const answer = await withTicket(parts, "cancelling", id, async (tx, row) => {
    switch (row.state) {
      case "done":
      case "failed":
      case "cancelled":
        return "finished";
      case "running":
        await database.query(
          tx,
          `UPDATE ${table} SET cancel_note = $3 WHERE queue = $1 AND id = $2`,
          [name, id, text],
          Anything,
        );
        await database.tell(tx, { queue: name, kind: "cancel", id });
        return "requested";
      case "pending":
      case "awaiting_approval":
        // A parked one's job is cancelled already.
        await settleJob(parts, tx, row.job_id, { state: "cancelled", note: text });
        await database.query(
          tx,
          `UPDATE ${table} SET state = 'cancelled', note = $3, not_before = NULL, released = false, owns_key = false,
             rank = priority::bigint * ${placesPerPriority} + place, updated_at = ${now}
           WHERE queue = $1 AND id = $2`,
          [name, id, text],
          Anything,
        );
        await arrange(parts, tx, row.key_hash);
        return "cancelled";
    }
  });
  return answer ?? "unknown";
}

/** Back to pending; the job waits until its key's line says that it is next. */
async function reopen<Payload>(
  parts: Parts<Payload>,
  tx: Db,
  row: TicketRow,
  { note, rank, anew }: { note: string; rank: number; anew: boolean },
): Promise<void> {
  const { database, table, name, now } = parts;
  await reopenJob(parts, tx, row.job_id);
  await database.query(
    tx,
    `UPDATE ${table} SET state = 'pending', note = $3, rank = $4, not_before = NULL, released = false,
       owns_key = false, cancel_note = NULL, updated_at = ${now},
       attempts = CASE WHEN $5 THEN 0 ELSE attempts END, crashes = CASE WHEN $5 THEN 0 ELSE crashes END
     WHERE queue = $1 AND id = $2`,
    [name, row.id, storable(note), rank, anew],
    Anything,
  );
  await arrange(parts, tx, row.key_hash);
}

const First = z.object({ rank: z.coerce.number() });

export async function approve<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const { database, table, name } = parts;
  const approved = await withTicket(parts, "approving", id, async (tx, row) => {
    if (row.state !== "awaiting_approval") return false;
    const [first] = await database.query(
      tx,
      `SELECT rank FROM ${table} WHERE queue = $1 AND key_hash = $2 AND state = 'pending' ORDER BY rank LIMIT 1`,
      [name, row.key_hash],
      First,
    );
    const rank = first === undefined ? row.rank : Math.min(row.rank, first.rank - 1);
    await reopen(parts, tx, row, { note, rank, anew: false });
    return true;
  });
  return approved ?? false;
}

export async function settle<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const { database, table, name, now } = parts;
  const settled = await withTicket(parts, "settling", id, async (tx, row) => {
    if (row.state !== "awaiting_approval") return false;
    // Its job stays cancelled in pg-boss, as it was parked.
    await database.query(
      tx,
      `UPDATE ${table} SET state = 'done', note = $3, updated_at = ${now} WHERE queue = $1 AND id = $2`,
      [name, id, storable(note)],
      Anything,
    );
    return true;
  });
  return settled ?? false;
}

export async function requeue<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const requeued = await withTicket(parts, "requeueing", id, async (tx, row) => {
    if (row.state !== "failed" && row.state !== "cancelled") return false;
    await reopen(parts, tx, row, { note, rank: row.rank, anew: true });
    return true;
  });
  return requeued ?? false;
}

export async function unlock<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const { database, table, name, now } = parts;
  const unlocked = await withTicket(parts, "unlocking", id, async (tx, row) => {
    if (row.state !== "running") return false;
    const text = storable(note);
    // False when its heartbeat had stopped: then it is failed in pg-boss already.
    await settleJob(parts, tx, row.job_id, { state: "failed", note: text });
    await database.query(
      tx,
      `UPDATE ${table} SET state = 'failed', note = $3, token = $4, owns_key = false, cancel_note = NULL,
         reclaimer = NULL, reclaimed_until = NULL, updated_at = ${now}
       WHERE queue = $1 AND id = $2`,
      [name, id, text, randomUUID()],
      Anything,
    );
    await database.tell(tx, { queue: name, kind: "lost", id });
    await arrange(parts, tx, row.key_hash);
    return true;
  });
  return unlocked ?? false;
}
