// Looking at tickets: one by its id, page by page, how many, and how far from its turn.
import { z } from "zod";
import { QueueState } from "../../job/queue-state.ts";
import type { Queue, Ticket } from "../contract.ts";
import type { Parts } from "./parts.ts";
import { readPayload, StoredRow, toTicket } from "./ticket-row.ts";

const Count = z.object({ state: QueueState, count: z.number() });
const Position = z.object({ position: z.number() });

/** The row with what its job carries. */
function stored<Payload>({ table, jobs }: Parts<Payload>): string {
  return `SELECT t.*, j.data->>'payload' AS payload
    FROM ${table} AS t LEFT JOIN ${jobs} AS j ON j.name = t.queue AND j.id = t.job_id`;
}

/** Undefined when its payload has another form. */
function asTicket<Payload>(parts: Parts<Payload>, row: StoredRow): Ticket<Payload> | undefined {
  const read = readPayload(row.payload, parts.payload);
  return "payload" in read ? toTicket(row, read.payload) : undefined;
}

export async function find<Payload>(parts: Parts<Payload>, id: string): Promise<Ticket<Payload> | undefined> {
  const { database, name } = parts;
  if (id.includes("\0")) return undefined;
  const [row] = await database.query(
    database.db,
    `${stored(parts)} WHERE t.queue = $1 AND t.id = $2`,
    [name, id],
    StoredRow,
  );
  return row && asTicket(parts, row);
}

export async function list<Payload>(
  parts: Parts<Payload>,
  state: QueueState,
  page: { after?: string; limit?: number } = {},
): ReturnType<Queue<Payload>["list"]> {
  const { database, table, name } = parts;
  const { after = null, limit = 100 } = page;
  const rows = await database.query(
    database.db,
    `${stored(parts)}
     WHERE t.queue = $1 AND t.state = $2 AND ($3::text IS NULL
       OR (t.rank, t.id) > (SELECT rank, id FROM ${table} WHERE queue = $1 AND id = $3))
     ORDER BY t.rank, t.id LIMIT $4`,
    [name, state, after, limit],
    StoredRow,
  );
  return rows.flatMap((row) => asTicket(parts, row) ?? []);
}

export async function counts<Payload>(parts: Parts<Payload>): Promise<Record<QueueState, number>> {
  const { database, table, name } = parts;
  const found = await database.query(
    database.db,
    `SELECT state, count(*)::int AS count FROM ${table} WHERE queue = $1 GROUP BY state`,
    [name],
    Count,
  );
  const all = { pending: 0, running: 0, done: 0, failed: 0, cancelled: 0, awaiting_approval: 0 };
  for (const { state, count } of found) all[state] = count;
  return all;
}

export async function position<Payload>(parts: Parts<Payload>, id: string): Promise<number | undefined> {
  const { database, table, name } = parts;
  if (id.includes("\0")) return undefined;
  const [row] = await database.query(
    database.db,
    `SELECT (SELECT count(*)::int FROM ${table} AS o
       WHERE o.queue = $1 AND o.state = 'pending' AND (o.rank, o.id) < (t.rank, t.id)) AS position
     FROM ${table} AS t WHERE t.queue = $1 AND t.id = $2 AND t.state = 'pending'`,
    [name, id],
    Position,
  );
  return row?.position;
}
