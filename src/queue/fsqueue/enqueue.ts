// A new ticket, durable when `enqueue` returns, and known by its id ever after.
//
// The ticket is written and synced as tmp/<process>/<id>.json, linked to seen/<id> (link(2) fails when that is there:
// a duplicate), linked into pending/, both folders are synced, and the first name is removed. A process that dies
// in between leaves that first name, of the same inode as seen/<id>: repair.ts finishes its work. Once it is gone
// the enqueue was finished, and a ticket that lies nowhere was removed by a person and stays away.
import { linkSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TransientError } from "../../errors.ts";
import { errorCode } from "../../io/file.ts";
import type { NewTicket } from "../contract.ts";
import { isThere } from "./is-there.ts";
import { locate } from "./look-up.ts";
import type { Parts } from "./parts.ts";
import { repairDrafts } from "./repair.ts";
import { encode, nameOf, TicketFile } from "./ticket-file.ts";

export type Enqueue<Payload> = (ticket: NewTicket<Payload>) => Promise<"queued" | "duplicate">;

export function createEnqueue<Payload>(parts: Parts<Payload>): Enqueue<Payload> {
  /** Ids on their way to the disk in this process. */
  const underWay = new Map<string, Promise<"queued" | "duplicate">>();

  return async (ticket) => {
    const first = underWay.get(ticket.id);
    if (first) {
      await first;
      return "duplicate";
    }
    const enqueuing = enqueue(parts, toRecord(parts, ticket));
    underWay.set(ticket.id, enqueuing);
    try {
      return await enqueuing;
    } finally {
      underWay.delete(ticket.id);
    }
  };
}

function toRecord<Payload>(parts: Parts<Payload>, ticket: NewTicket<Payload>): TicketFile {
  const now = parts.now().toISOString();
  return TicketFile.parse({
    schema_version: "1.0",
    id: ticket.id,
    key: ticket.key,
    priority: ticket.priority ?? 5,
    sequence: parts.sequence.next(),
    state: "pending",
    enqueued_at: now,
    updated_at: now,
    not_before: ticket.notBefore?.toISOString() ?? null,
    attempts: 0,
    crashes: 0,
    epoch: 0,
    lease: null,
    note: null,
    payload: ticket.payload,
  });
}

async function enqueue<Payload>(parts: Parts<Payload>, record: TicketFile): Promise<"queued" | "duplicate"> {
  const { layout, drafts, backlog } = parts;
  const { id } = record;
  if (isThere(layout.seen(id))) return duplicate(parts, id);
  const name = nameOf(record);
  const draft = await drafts.write(encode(record), `${id}.json`);
  try {
    linkSync(draft, layout.seen(id));
  } catch (error) {
    await drafts.discard(draft);
    if (errorCode(error) === "EEXIST") return duplicate(parts, id);
    throw error;
  }
  try {
    linkSync(draft, layout.ticket("pending", name));
  } catch (error) {
    rmSync(layout.seen(id), { force: true });
    await drafts.discard(draft);
    throw error;
  }
  backlog.add(name);
  try {
    await parts.sync("seen", "pending");
  } finally {
    await drafts.discard(draft);
  }
  return "queued";
}

const patienceMs = 10_000;
const lookAgainMs = 10;

/** Returns once the first ticket of this id is durable: whoever enqueues it may still be at work, or dead. */
async function duplicate<Payload>(parts: Parts<Payload>, id: string): Promise<"queued" | "duplicate"> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const place = await parts.lock.run(() => locate(parts, id));
    if (place) {
      await parts.sync("seen", place.state);
      return "duplicate";
    }
    if (!(await isUnderWay(parts, id))) return "duplicate";
    await repairDrafts(parts);
    if (performance.now() > giveUpAt) {
      throw new TransientError(`enqueueing ${id}: another process has begun to and doesn't finish`);
    }
    await delay(lookAgainMs);
  }
}

async function isUnderWay<Payload>({ layout }: Parts<Payload>, id: string): Promise<boolean> {
  const processes = await readdir(layout.tmp);
  return processes.some((tag) => isThere(join(layout.tmp, tag, `${id}.json`)));
}
