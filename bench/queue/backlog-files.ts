// Many tickets fast, for measurements only: the very files that enqueue and complete leave, without any sync.
import { linkSync, writeFileSync } from "node:fs";
import { createLayout, makeFolders } from "../../src/queue/fsqueue/layout.ts";
import { encode, nameOf, type TicketFile } from "../../src/queue/fsqueue/ticket-file.ts";
import { ticketVersion } from "../../src/queue/fsqueue/ticket-version.ts";

/** Less than the rate's 2 KB, so that a million of them fit into one disk block each. */
const shortBody = "Fix the login form: it forgets the e-mail.";
const begunAtMs = Date.UTC(2026, 0, 1);

function ticketOf(n: number, done: boolean): TicketFile {
  const at = new Date(begunAtMs + n).toISOString();
  return {
    schema_version: ticketVersion,
    id: `${done ? "done" : "waiting"}-${n}`,
    key: `acme/shop#${done ? "d" : "w"}${n}`,
    priority: 5,
    sequence: (begunAtMs + n) * 1000,
    state: done ? "done" : "pending",
    enqueued_at: at,
    updated_at: at,
    not_before: null,
    attempts: done ? 1 : 0,
    crashes: 0,
    epoch: done ? 1 : 0,
    lease: null,
    note: null,
    payload: { body: shortBody },
  };
}

/** Fills the folder of a queue that nobody has open. Each ticket has a key of its own. */
export async function writeBacklog(root: string, counts: { pending: number; done?: number }): Promise<void> {
  const layout = createLayout(root);
  await makeFolders(layout);
  for (let n = 0; n < counts.pending; n += 1) {
    const ticket = ticketOf(n, false);
    const path = layout.ticket("pending", nameOf(ticket));
    writeFileSync(path, encode(ticket), { mode: 0o600 });
    // A waiting ticket and its id are two names of one file.
    linkSync(path, layout.seen(ticket.id));
  }
  for (let n = 0; n < (counts.done ?? 0); n += 1) {
    const ticket = ticketOf(n, true);
    const name = nameOf(ticket);
    writeFileSync(layout.ticket("done", name), encode(ticket), { mode: 0o600 });
    writeFileSync(layout.seen(ticket.id), `${JSON.stringify({ schema_version: "1.0", name })}\n`, {
      mode: 0o600,
    });
  }
}
