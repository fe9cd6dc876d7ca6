// Where a ticket is. An id is looked up exactly: seen/<id> tells the name, and a name is in one folder.
import { QueueState } from "../../job/queue-state.ts";
import type { Ticket } from "../contract.ts";
import { isThere } from "./is-there.ts";
import type { Parts } from "./parts.ts";
import { readTicket, toTicket } from "./ticket-file.ts";
import { TicketId } from "../ticket-id.ts";
import { BadTicketError } from "./ticket-version.ts";

export interface Place {
  state: QueueState;
  name: string;
}

/** A step under the lock: between two looks outside of it a ticket could slip from one folder to the other. */
export function locate<Payload>(parts: Parts<Payload>, id: string): Place | undefined {
  const { layout, small, backlog } = parts;
  if (!TicketId.safeParse(id).success) return undefined;
  const name = small.readSeen(id);
  if (name === undefined) return undefined;
  if (name !== null) {
    for (const state of QueueState.options) if (isThere(layout.ticket(state, name))) return { state, name };
  }
  // Approved and on its way to the head of its key, under another name; or seen/<id> is damaged.
  const ending = `-${id}.json`;
  for (const known of backlog.running) if (isOf(known)) return { state: "running", name: known };
  for (const known of backlog.pending.from()) if (isOf(known)) return { state: "pending", name: known };
  return undefined;

  function isOf(known: string): boolean {
    // An id may itself end like another one: "b" and "a-b". The id begins after the key's hash.
    return known.endsWith(ending) && known.length === 35 + ending.length;
  }
}

/** The ticket of an id, wherever it is. */
export async function find<Payload>(parts: Parts<Payload>, id: string): Promise<Ticket<Payload> | undefined> {
  // A ticket can move between the look and the reading; it doesn't do so for ever.
  for (let tries = 0; tries < 20; tries += 1) {
    const place = await parts.lock.run(() => locate(parts, id));
    if (!place) return undefined;
    const ticket = await readPlace(parts, place);
    if (ticket) return ticket;
  }
  return undefined;
}

/** Undefined when the ticket isn't there any more, or isn't one. */
export async function readPlace<Payload>(
  parts: Parts<Payload>,
  { state, name }: Place,
): Promise<Ticket<Payload> | undefined> {
  try {
    const stored = await readTicket(parts.layout.ticket(state, name), parts.payload);
    return stored && toTicket(state, stored);
  } catch (error) {
    if (error instanceof BadTicketError) return undefined;
    throw error;
  }
}
