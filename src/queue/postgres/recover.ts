// Tickets that nobody runs any more though they say so: their holders died, or were silent for longer than a lease.
//
// pg-boss sees the silence: its supervisor fails a job whose heartbeat stopped. A holder on this machine can be looked
// up and need not be waited for. The job stays failed in pg-boss, out of everybody's reach, until what the holder
// left is ended and the ticket is given back.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { explain, TransientError } from "../../errors.ts";
import { type Holder, lifeOf } from "../holder.ts";
import { reopenJob, settleJob } from "./job.ts";
import { arrange } from "./line.ts";
import { dropLostClaims } from "./lost-claims.ts";
import { lockKey, type Parts } from "./parts.ts";
import { readPayload, StoredRow, toTicket } from "./ticket-row.ts";

const Suspect = StoredRow.extend({
  job_state: z.string().nullable(),
  /** Somebody else is ending what the holder left, and has said so lately. */
  is_reclaimed: z.boolean(),
});
type Suspect = z.infer<typeof Suspect>;
const Epoch = z.object({ epoch: z.number(), crashes: z.number() });
const Cancel = z.object({ cancel_note: z.string().nullable() });
const Anything = z.unknown();

/** A ticket that this process has taken over and not yet given back. */
interface Reclaimed {
  suspect: Suspect;
  token: string;
  epoch: number;
  crashes: number;
  why: string;
}

/** Returns a function that looks at everything that runs and is not held by this queue itself. */
export function createRecovery<Payload>(parts: Parts<Payload>): () => Promise<void> {
  /** Tickets whose dead holders have left something that couldn't be ended yet. */
  const owed = new Map<string, Reclaimed>();

  async function attempt(reclaimed: Reclaimed): Promise<void> {
    const { id } = reclaimed.suspect;
    owed.set(id, reclaimed);
    try {
      await giveBack(parts, reclaimed);
      owed.delete(id);
    } catch (error) {
      const what = "recovering a running ticket; the next sweep tries again";
      if (error instanceof TransientError) parts.log?.warn({ ticket: id, error: explain(error) }, what);
      else parts.log?.error({ ticket: id, err: error }, what);
    }
  }

  return async () => {
    await dropLostClaims(parts);
    for (const reclaimed of owed.values()) await attempt(reclaimed);
    for (const suspect of await suspects(parts)) {
      if (owed.has(suspect.id) || (suspect.token !== null && parts.leases.has(suspect.token))) continue;
      const why = reasonToReclaim(parts, suspect);
      const reclaimed = why === undefined ? undefined : await takeOver(parts, suspect, why);
      if (reclaimed) await attempt(reclaimed);
    }
  };
}

async function suspects<Payload>({ database, table, jobs, now, name }: Parts<Payload>): Promise<Suspect[]> {
  return database.query(
    database.db,
    `SELECT t.*, j.data->>'payload' AS payload, j.state AS job_state,
       coalesce(t.reclaimed_until > ${now}, false) AS is_reclaimed
     FROM ${table} AS t LEFT JOIN ${jobs} AS j ON j.name = t.queue AND j.id = t.job_id
     WHERE t.queue = $1 AND t.state = 'running'`,
    [name],
    Suspect,
  );
}

function reasonToReclaim<Payload>({ self }: Parts<Payload>, suspect: Suspect): string | undefined {
  const { holder, reclaimer, is_reclaimed, job_state } = suspect;
  if (reclaimer) {
    const isOver = !is_reclaimed || lifeOf(reclaimer, self) === "dead";
    return isOver
      ? `its runner died, and so did process ${reclaimer.pid} that cleaned up after it`
      : undefined;
  }
  if (holder && lifeOf(holder, self) === "dead") return `its runner (process ${holder.pid}) died`;
  return job_state === "active" ? undefined : "its runner was silent for longer than a lease";
}

/** Makes the ticket ours, so that its old holder can do nothing more; undefined when another one was faster. */
async function takeOver<Payload>(
  parts: Parts<Payload>,
  suspect: Suspect,
  why: string,
): Promise<Reclaimed | undefined> {
  const { database, table, now, name, self } = parts;
  const { id, key_hash, job_id } = suspect;
  const token = randomUUID();
  const taken = await database.transaction(`reclaiming ${id}`, async (tx) => {
    await lockKey(parts, tx, key_hash);
    const [row] = await database.query(
      tx,
      `UPDATE ${table} SET epoch = epoch + 1, crashes = crashes + 1, token = $4, reclaimer = $5,
         reclaimed_until = ${now} + $6 * interval '1 second', updated_at = ${now}
       WHERE queue = $1 AND id = $2 AND epoch = $3 AND state = 'running'
       RETURNING epoch, crashes`,
      [name, id, suspect.epoch, token, JSON.stringify(self), parts.leaseSeconds],
      Epoch,
    );
    if (!row) return undefined;
    await settleJob(parts, tx, job_id, { state: "failed", note: why });
    await database.tell(tx, { queue: name, kind: "lost", id });
    return row;
  });
  if (!taken) return undefined;
  parts.log?.warn({ ticket: id, crashes: taken.crashes, epoch: taken.epoch }, `reclaimed: ${why}`);
  return { suspect, token, why, ...taken };
}

/** While it throws, what the dead holder left may still be at work, so nothing else of the key may begin. */
async function giveBack<Payload>(parts: Parts<Payload>, reclaimed: Reclaimed): Promise<void> {
  const { database, table, now, name } = parts;
  const { suspect, token, epoch, crashes, why } = reclaimed;
  const { id, key_hash, job_id } = suspect;
  const mine = "queue = $1 AND id = $2 AND token = $3 AND state = 'running'";
  await database.query(
    database.db,
    `UPDATE ${table} SET reclaimed_until = ${now} + $4 * interval '1 second' WHERE ${mine}`,
    [name, id, token, parts.leaseSeconds],
    Anything,
  );
  const read = readPayload(suspect.payload, parts.payload);
  if ("payload" in read && suspect.holder) {
    await endWhatIsLeft(
      parts,
      { ...suspect, state: "running", crashes, epoch },
      read.payload,
      suspect.holder,
    );
  }
  await database.transaction(`giving ${id} back`, async (tx) => {
    await lockKey(parts, tx, key_hash);
    const [row] = await database.query(
      tx,
      `SELECT cancel_note FROM ${table} WHERE ${mine} FOR UPDATE`,
      [name, id, token],
      Cancel,
    );
    if (!row) return;
    const isGivenUp = crashes >= parts.maxCrashes || !("payload" in read);
    const state = isGivenUp ? "failed" : row.cancel_note === null ? "pending" : "cancelled";
    const problem = "problem" in read ? `: ${read.problem}` : "";
    const note = isGivenUp ? `given up after ${crashes} crashes: ${why}${problem}` : (row.cancel_note ?? why);
    if (state === "pending") await reopenJob(parts, tx, job_id);
    await database.query(
      tx,
      `UPDATE ${table} SET state = $4, note = $5, owns_key = $6, not_before = NULL, cancel_note = NULL,
         reclaimer = NULL, reclaimed_until = NULL, updated_at = ${now}
       WHERE ${mine}`,
      [name, id, token, state, note, state === "pending"],
      Anything,
    );
    await arrange(parts, tx, key_hash);
  });
}

async function endWhatIsLeft<Payload>(
  parts: Parts<Payload>,
  row: StoredRow,
  payload: Payload,
  holder: Holder,
): Promise<void> {
  await parts.onReclaim?.(toTicket(row, payload), holder);
}
