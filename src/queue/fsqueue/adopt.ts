// A file in pending/ whose name isn't a ticket's: a person put it there. If its content is a ticket, it gets its name.
import { linkSync, renameSync } from "node:fs";
import { QueueState } from "../../job/queue-state.ts";
import { isThere } from "./is-there.ts";
import type { Parts } from "./parts.ts";
import { setAside } from "./set-aside.ts";
import { nameOf, readTicket } from "./ticket-file.ts";
import { BadTicketError } from "./ticket-version.ts";

/** Hidden files are left alone: an editor's or a copying tool's work in progress. */
export async function adopt<Payload>(parts: Parts<Payload>, name: string): Promise<void> {
  const { layout, lock, backlog } = parts;
  if (name.startsWith(".")) return;
  const path = layout.ticket("pending", name);
  try {
    const stored = await readTicket(path, parts.payload);
    if (!stored) return;
    const own = nameOf(stored.record);
    const adopted = await lock.run(() => {
      if (QueueState.options.some((state) => isThere(layout.ticket(state, own)))) return false;
      if (!isThere(path)) return true;
      if (!isThere(layout.seen(stored.record.id))) linkSync(path, layout.seen(stored.record.id));
      renameSync(path, layout.ticket("pending", own));
      backlog.add(own);
      return true;
    });
    if (!adopted) throw new BadTicketError(`the ticket ${own} is in the queue already`);
  } catch (error) {
    if (!(error instanceof BadTicketError)) throw error;
    await setAside(parts, "pending", name, error.message);
  }
}
