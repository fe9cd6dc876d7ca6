// A new ticket, durable when `enqueue` returns, and known by its id ever after.
//
// The ticket is written and synced as tmp/<process>/<id>.json, linked to seen/<id> (link(2) fails when that is there:
// a duplicate), and renamed into pending/; then both folders are synced. A process that dies between the two leaves
// the first name, of the same inode as seen/<id>: repair.ts finishes its work. Once that name is gone the ticket was
// in pending/, and one that lies nowhere was removed by a person and stays away. A power cut leaves no other state:
// ext4, XFS and Btrfs bring a folder's changes to the disk in their order, and a rename as a whole.
import { linkSync, readdirSync, renameSync, unlinkSync } from "node:fs";
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
import { ticketVersion } from "./ticket-version.ts";

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
    schema_version: ticketVersion,
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
  const name = nameOf(record);
  const giveUpAt = performance.now() + patienceMs;
  do {
    if (!isThere(layout.seen(record.id))) {
      const draft = await drafts.write(encode(record), `${record.id}.json`);
      if (await publish(parts, draft, record.id, name)) {
        backlog.add(name);
        await parts.sync("seen", "pending");
        return "queued";
      }
    }
    // An id whose first enqueue failed is new again.
  } while (!(await isKnown(parts, record.id, giveUpAt)));
  return "duplicate";
}

/** Gives a draft its two names; false when the id has been seen. What it throws leaves nothing behind. */
async function publish<Payload>(
  { layout, lock, drafts }: Parts<Payload>,
  draft: string,
  id: string,
  name: string,
): Promise<boolean> {
  try {
    linkSync(draft, layout.seen(id));
  } catch (error) {
    await drafts.discard(draft);
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
  try {
    renameSync(draft, layout.ticket("pending", name));
  } catch (error) {
    const isUndone = await lock.run(() => {
      // A process of another pid namespace took this one for dead and has finished its work.
      if (!isThere(draft)) return false;
      unlinkSync(layout.seen(id));
      return true;
    });
    if (!isUndone) return true;
    await drafts.discard(draft);
    throw error;
  }
  return true;
}

const patienceMs = 10_000;
const lookAgainMs = 10;

/**
 * Whether an id that was seen has a ticket, or had one; it does so once the first ticket is durable. False when its
 * enqueue was given up. Whoever enqueues it may still be at work, or dead.
 */
async function isKnown<Payload>(parts: Parts<Payload>, id: string, giveUpAt: number): Promise<boolean> {
  const { layout, lock } = parts;
  for (;;) {
    // In this order: an enqueue that was under way and isn't any more has brought its ticket to a folder, or has
    // removed seen/<id>.
    const { isUnderWay, place, isSeen } = await lock.run(() => ({
      isUnderWay: readdirSync(layout.tmp).some((tag) => isThere(join(layout.tmp, tag, `${id}.json`))),
      place: locate(parts, id),
      isSeen: isThere(layout.seen(id)),
    }));
    if (place) await parts.sync("seen", place.state);
    if (place || !isUnderWay) return isSeen;
    await repairDrafts(parts);
    if (performance.now() > giveUpAt) {
      throw new TransientError(`enqueueing ${id}: another process has begun to and doesn't finish`);
    }
    await delay(lookAgainMs);
  }
}
