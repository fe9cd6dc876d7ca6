// A new ticket: its row and its job in one transaction, so that its id is known and its payload durable, or neither.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { NewTicket } from "../contract.ts";
import { TicketId } from "../ticket-id.ts";
import { arrange, never } from "./line.ts";
import { lockKey, type Parts } from "./parts.ts";
import { placesPerPriority } from "./tables.ts";
import { bossPriority, hashKey, type JobData } from "./ticket-row.ts";

const Accepted = z.object({
  id: TicketId,
  key: z
    .string()
    .min(1)
    .max(1024)
    .refine((key) => !key.includes("\0"), "a ticket's key: no U+0000"),
  priority: z.int().min(0).max(9),
});
const Inserted = z.object({ rank: z.coerce.number(), released: z.boolean() });

/** See Queue.enqueue. Throws TransientError when the database is away. */
export async function enqueue<Payload>(
  parts: Parts<Payload>,
  ticket: NewTicket<Payload>,
): Promise<"queued" | "duplicate"> {
  const { database, table, name, now } = parts;
  const { id, key, priority } = Accepted.parse({ ...ticket, priority: ticket.priority ?? 5 });
  const data: JobData = { ticket: id, payload: JSON.stringify(ticket.payload) };
  const keyHash = hashKey(key);

  return database.transaction(`enqueueing ${id}`, async (tx) => {
    const job = randomUUID();
    await lockKey(parts, tx, keyHash);
    // An id that another transaction is about to insert makes this one wait for its end.
    const [inserted] = await database.query(
      tx,
      `INSERT INTO ${table} (queue, id, key, key_hash, job_id, state, priority, place, rank, released,
         enqueued_at, updated_at, not_before)
       SELECT $1, $2, $3, $4, $5, 'pending', $6::int, place, $6::int::bigint * ${placesPerPriority} + place, alone,
         ${now}, ${now}, $7
       FROM (SELECT nextval('${database.schema}.ticket_place') AS place) AS next,
         (SELECT NOT EXISTS (
           SELECT FROM ${table} WHERE queue = $1 AND key_hash = $4 AND state IN ('pending', 'running')
         ) AS alone) AS line
       WHERE NOT EXISTS (SELECT FROM ${table} WHERE queue = $1 AND id = $2)
       ON CONFLICT (queue, id) DO NOTHING
       RETURNING rank, released`,
      [name, id, key, keyHash, job, priority, ticket.notBefore?.toISOString() ?? null],
      Inserted,
    );
    if (!inserted) return "duplicate";
    const startAfter = inserted.released ? ticket.notBefore : never;
    const sent = await database.boss.send(name, data, {
      id: job,
      singletonKey: keyHash,
      priority: bossPriority(inserted.rank),
      ...(startAfter && { startAfter }),
      db: tx,
    });
    if (sent === null) throw new Error(`enqueueing ${id}: pg-boss didn't take its job`);
    if (inserted.released) await database.tell(tx, { queue: name, kind: "ready" });
    else await arrange(parts, tx, keyHash);
    return "queued";
  });
}
