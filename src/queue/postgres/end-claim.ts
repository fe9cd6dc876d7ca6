// The end of a claim: the ticket, its job and its key's line in one transaction, or nothing of it.
import { z } from "zod";
import { QueueState } from "../../job/queue-state.ts";
import { LeaseLostError } from "../contract.ts";
import { reopenJob, settleJob } from "./job.ts";
import { arrange } from "./line.ts";
import { type Held, lockKey, type Parts } from "./parts.ts";
import { storable } from "./ticket-row.ts";

export interface Ending {
  /** The ticket's note; unchanged when it isn't given. */
  note?: string | null;
  notBefore?: Date | undefined;
  /** As if it had not been claimed. */
  uncounted?: boolean;
  /** It tells how long runs take. */
  isRun?: boolean;
}

const finalStates: ReadonlySet<QueueState> = new Set(["done", "failed", "cancelled"]);
const Now = z.object({ state: QueueState, token: z.string().nullable(), cancel_note: z.string().nullable() });
const Anything = z.unknown();

export function lostError({ row }: Held): LeaseLostError {
  return new LeaseLostError(`ticket ${row.id}: this claim (epoch ${row.epoch}) doesn't hold it any more`);
}

/**
 * Throws LeaseLostError when the claim doesn't hold the ticket any more, and TransientError when the database is away.
 * Then it may be called again: an end that was made and not heard of is recognised.
 */
export async function endClaim<Payload>(
  parts: Parts<Payload>,
  held: Held,
  wanted: QueueState,
  ending: Ending,
): Promise<void> {
  const { database, table, now, name } = parts;
  const { id, key_hash: keyHash, job_id: job } = held.row;
  await database.transaction(`ending the claim of ${id}`, async (tx) => {
    await lockKey(parts, tx, keyHash);
    const [at] = await database.query(
      tx,
      `SELECT state, token, cancel_note FROM ${table} WHERE queue = $1 AND id = $2 FOR UPDATE`,
      [name, id],
      Now,
    );
    if (at?.token !== held.token) throw lostError(held);
    // It was committed after all when the connection broke. Nobody has claimed the ticket since: the token is ours.
    if (at.state !== "running") return;

    // What doesn't end the ticket for good comes too late once somebody has cancelled it.
    const request = finalStates.has(wanted) ? null : at.cancel_note;
    const state = request === null ? wanted : "cancelled";
    const note = request ?? (ending.note === undefined ? held.row.note : ending.note);
    const kept = note === null ? null : storable(note);
    const isPending = state === "pending";
    if (!(await settleJob(parts, tx, held.attempt, { state, note: kept }))) throw lostError(held);
    if (isPending) await reopenJob(parts, tx, job);
    await database.query(
      tx,
      `UPDATE ${table} SET state = $3, note = $4, not_before = $5, owns_key = $6, updated_at = ${now},
         attempts = greatest(0, attempts - $7), cancel_note = CASE WHEN $6 THEN cancel_note END,
         run_ended_at = CASE WHEN $8 THEN ${now} ELSE run_ended_at END
       WHERE queue = $1 AND id = $2`,
      [
        name,
        id,
        state,
        kept,
        isPending ? (ending.notBefore?.toISOString() ?? null) : null,
        isPending,
        ending.uncounted === true && isPending ? 1 : 0,
        ending.isRun === true,
      ],
      Anything,
    );
    await arrange(parts, tx, keyHash);
  });
}
