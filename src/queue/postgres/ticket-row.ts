// A ticket as it lies in our table, and the ticket that callers see.
import { createHash } from "node:crypto";
import { z, type ZodType } from "zod";
import { QueueState } from "../../job/queue-state.ts";
import type { Ticket } from "../contract.ts";
import { Holder } from "../holder.ts";
import { placesPerPriority } from "./tables.ts";

export const TicketRow = z.object({
  id: z.string(),
  key: z.string(),
  key_hash: z.string(),
  job_id: z.string(),
  state: QueueState,
  priority: z.number(),
  rank: z.coerce.number(),
  released: z.boolean(),
  owns_key: z.boolean(),
  enqueued_at: z.date(),
  updated_at: z.date(),
  not_before: z.date().nullable(),
  attempts: z.number(),
  crashes: z.number(),
  epoch: z.number(),
  token: z.string().nullable(),
  holder: Holder.nullable(),
  reclaimer: Holder.nullable(),
  cancel_note: z.string().nullable(),
  note: z.string().nullable(),
});
export type TicketRow = z.infer<typeof TicketRow>;

/** The row with what pg-boss keeps of it: the payload's JSON text. Null when its job is gone. */
export const StoredRow = TicketRow.extend({ payload: z.string().nullable() });
export type StoredRow = z.infer<typeof StoredRow>;

/**
 * What a job of pg-boss carries. The payload is JSON text within JSON: a jsonb can't hold every string, U+0000 for one
 * (https://www.postgresql.org/docs/18/datatype-json.html).
 */
export const JobData = z.object({ ticket: z.string(), payload: z.string() });
export type JobData = z.infer<typeof JobData>;

/** The payload, or what is wrong with it. */
export function readPayload<Payload>(
  text: string | null,
  schema: ZodType<Payload>,
): { payload: Payload } | { problem: string } {
  if (text === null) return { problem: "its job is not in pg-boss any more" };
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? { payload: parsed.data } : { problem: `payload: ${z.prettifyError(parsed.error)}` };
}

export function toTicket<Payload>(row: TicketRow, payload: Payload): Ticket<Payload> {
  return {
    id: row.id,
    key: row.key,
    payload,
    priority: row.priority,
    state: row.state,
    enqueuedAt: row.enqueued_at,
    notBefore: row.not_before ?? undefined,
    attempts: row.attempts,
    crashes: row.crashes,
    note: row.note ?? undefined,
  };
}

/** A key of any length in few bytes, for indexes. */
export function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

/**
 * pg-boss hands out the highest priority first, and within one what was sent first: the order of our ranks. Only a
 * ticket that was approved has another rank than its place; its key's line is in order, its place among other keys
 * is the time when it was enqueued.
 */
export function bossPriority(rank: number): number {
  return -Math.floor(rank / placesPerPriority);
}

/** Text as Postgres can store it: no U+0000, and not without end. */
export function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD").slice(0, 10_000);
}
