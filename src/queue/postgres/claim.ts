// Claiming the next ticket: pg-boss hands out its job (FOR UPDATE SKIP LOCKED), and the ticket's row says to whom.
//
// Everybody else locks a key, then a ticket's row, then its job. Here it is the other way round, so a row that is
// locked is not waited for: whoever has it is about to change it, and it is looked at again a moment later.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Db } from "pg-boss";
import { z } from "zod";
import { TransientError } from "../../errors.ts";
import { endClaim } from "./end-claim.ts";
import { createLease, type Lease } from "./lease.ts";
import { dropLostClaims } from "./lost-claims.ts";
import type { Held, Parts } from "./parts.ts";
import { placesPerPriority } from "./tables.ts";
import { JobData, readPayload, TicketRow } from "./ticket-row.ts";

const longestPauseMs = 200;
const Anything = z.unknown();

/** What was fetched is to be undone and fetched again. */
class Busy extends Error {
  override readonly name = "Busy";
}

/** The lease of the next ticket that may run now; undefined when there is none. */
export async function claimNext<Payload>(parts: Parts<Payload>): Promise<Lease<Payload> | undefined> {
  await dropLostClaims(parts);
  for (let pauseMs = 2; !parts.closed.aborted;) {
    const token = randomUUID();
    const begunAt = Date.now();
    let taken;
    try {
      taken = await parts.database.transaction("claiming the next ticket", (tx) => take(parts, tx, token));
    } catch (error) {
      // Cut off: nobody knows whether it was committed.
      if (error instanceof TransientError) parts.lostClaims.add(token);
      if (!(error instanceof Busy)) throw error;
      await delay(Math.random() * pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    if (taken === "nothing") return undefined;
    if (taken === undefined || taken === "orphan") continue;
    const { held, heartbeatSeconds, data } = taken;
    const read = readPayload(data.payload, parts.payload);
    if ("payload" in read)
      return createLease(parts, { held, heartbeatSeconds, payload: read.payload, begunAt });
    parts.log?.warn({ ticket: held.row.id, reason: read.problem }, "a ticket of another form is failed");
    await endClaim(parts, held, "failed", { note: read.problem });
  }
  return undefined;
}

async function take<Payload>(
  parts: Parts<Payload>,
  tx: Db,
  token: string,
): Promise<{ held: Held; heartbeatSeconds: number; data: JobData } | "nothing" | "orphan"> {
  const { database, table, now, name, self } = parts;
  const [job] = await database.boss.fetch<unknown>(name, { db: tx });
  if (!job) return "nothing";
  const [row] = await database.query(
    tx,
    `WITH mine AS (
       SELECT queue, id FROM ${table} WHERE job_id = $1 AND state = 'pending' FOR UPDATE SKIP LOCKED
     )
     UPDATE ${table} AS t SET state = 'running', released = false, owns_key = true, updated_at = ${now},
       not_before = NULL, attempts = attempts + 1, epoch = epoch + 1, token = $2, holder = $3, reclaimer = NULL,
       reclaimed_until = NULL, rank = t.priority::bigint * ${placesPerPriority} + t.place, run_started_at = ${now}
     FROM mine WHERE t.queue = mine.queue AND t.id = mine.id
     RETURNING t.*`,
    [job.id, token, JSON.stringify(self)],
    TicketRow,
  );
  if (row) {
    const attempt = { id: job.id, retryCount: job.retryCount };
    const heartbeatSeconds = job.heartbeatSeconds ?? parts.leaseSeconds;
    return { held: { row, token, attempt }, heartbeatSeconds, data: JobData.parse(job.data) };
  }
  const waiting = await database.query(
    tx,
    `SELECT FROM ${table} WHERE job_id = $1 AND state = 'pending'`,
    [job.id],
    Anything,
  );
  if (waiting.length > 0) throw new Busy("another transaction is about to change the ticket");
  // A job without a ticket that waits: somebody removed the row by hand.
  await database.boss.cancel(name, job.id, { db: tx });
  return "orphan";
}
