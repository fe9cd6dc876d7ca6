// Claiming the next ticket.
//
// A key belongs to one ticket at a time, and keys/<hash> says to which. Under the lock: whose key is it? Nobody's, or
// that of a ticket which is in neither running/ nor pending/ any more (its process died while it ended, or a person
// moved it): it becomes ours. That of another ticket: that one runs, or waits in back-off, and comes first. Ours
// already: we may run. Then three renames, each of which may be the last thing that this process does:
//
//   1. keys/<hash> names our ticket       died here: it is in pending/ and anyone may claim it
//   2. pending/<name> → running/<name>    died here: its content still says "pending", so recovery moves it back
//   3. the content with our lease         died here: a lease of a dead holder, which recovery reclaims
//
// The folders are synced while the holder begins its work: after a power cut no holder is left that the claim would
// have been promised to, and a ticket that is back in pending/ is right where it belongs.
import { randomUUID } from "node:crypto";
import { lstatSync, renameSync } from "node:fs";
import { isThere } from "./is-there.ts";
import { readCancelRequest } from "./cancel-request.ts";
import { createLease, type Lease } from "./lease.ts";
import { cancelWaiting } from "./move-waiting.ts";
import type { Parts } from "./parts.ts";
import { setAside } from "./set-aside.ts";
import {
  asPending,
  checkName,
  encode,
  nameOf,
  readTicket,
  type StoredTicket,
  type TicketFile,
} from "./ticket-file.ts";
import { keyHashOf } from "./ticket-name.ts";
import { BadTicketError } from "./ticket-version.ts";

/** The lease of the next ticket that may run now; undefined when there is none. */
export async function claimNext<Payload>(parts: Parts<Payload>): Promise<Lease<Payload> | undefined> {
  const { backlog } = parts;
  for (;;) {
    const name = backlog.next();
    if (name === undefined) return undefined;
    // Nobody else in this process tries this key meanwhile. Whatever comes of it, the backlog knows more after it.
    backlog.reserve(name);
    try {
      const lease = await take(parts, name);
      if (lease) return lease;
    } finally {
      backlog.release(name);
    }
  }
}

async function take<Payload>(parts: Parts<Payload>, name: string): Promise<Lease<Payload> | undefined> {
  const { layout, backlog, drafts } = parts;
  const stored = await readPending(parts, name);
  if (!stored) return undefined;
  const waiting = asPending(stored.record);

  const notBeforeMs = waiting.not_before === null ? 0 : Date.parse(waiting.not_before);
  if (notBeforeMs > parts.now().getTime()) {
    await parts.lock.run(() => {
      const owner = ownerOfKey(parts, name, nameOf(waiting));
      if (owner === "this one") backlog.hold(name, notBeforeMs);
      else if (owner === "nobody") backlog.defer(name, notBeforeMs);
    });
    return undefined;
  }
  const request = await readCancelRequest(layout.cancel(waiting.id));
  if (request !== undefined) {
    await cancelWaiting(parts, "pending", name, request);
    return undefined;
  }

  const token = randomUUID();
  const record: TicketFile = {
    ...waiting,
    state: "running",
    updated_at: parts.now().toISOString(),
    not_before: null,
    attempts: waiting.attempts + 1,
    epoch: waiting.epoch + 1,
    lease: { token, holder: parts.self },
  };
  const runningName = nameOf(record);
  const taken = await drafts.use(encode(record), (draft) =>
    takeLocked(parts, { name, runningName, draft, token, inode: stored.inode }),
  );
  if (!taken) return undefined;
  const lease = createLease(parts, { name: runningName, token, stored: { ...stored, record } });
  parts.sync("running", "pending").catch((error: unknown) => {
    parts.log?.error({ ticket: record.id, err: error }, "syncing a claim; it holds all the same");
  });
  try {
    await lease.lookForCancel();
  } catch (error) {
    await lease.claim.release().catch(() => lease.lose());
    throw error;
  }
  return lease;
}

/** The steps under the lock. Tells the backlog what it finds. */
function takeLocked<Payload>(
  parts: Parts<Payload>,
  want: { name: string; runningName: string; draft: string; token: string; inode: bigint },
): boolean {
  const { layout, small, backlog } = parts;
  const { name, runningName } = want;
  const pendingPath = layout.ticket("pending", name);
  const runningPath = layout.ticket("running", runningName);

  const stat = lstatSync(pendingPath, { bigint: true, throwIfNoEntry: false });
  if (!stat) {
    backlog.remove(name);
    return false;
  }
  // Rewritten since it was read: read it again.
  if (stat.ino !== want.inode) return false;

  if (ownerOfKey(parts, name, runningName) === "another") return false;

  small.writeKey(keyHashOf(name), { ticket: runningName, token: want.token });
  renameSync(pendingPath, runningPath);
  renameSync(want.draft, runningPath);
  backlog.started(runningName);
  backlog.remove(name);
  return true;
}

/** Whose the key of a ticket is, a step under the lock. Tells the backlog when it is another one's. */
function ownerOfKey<Payload>(
  { layout, small, backlog }: Parts<Payload>,
  name: string,
  runningName: string,
): "this one" | "nobody" | "another" {
  const owner = small.readKey(keyHashOf(name))?.ticket;
  if (owner === undefined) return "nobody";
  if (isThere(layout.ticket("running", owner))) {
    backlog.started(owner);
    return "another";
  }
  if (owner === runningName) return "this one";
  if (!isThere(layout.ticket("pending", owner))) return "nobody";
  backlog.add(owner);
  backlog.hold(owner, 0);
  return "another";
}

async function readPending<Payload>(
  parts: Parts<Payload>,
  name: string,
): Promise<StoredTicket<Payload> | undefined> {
  try {
    const stored = await readTicket(parts.layout.ticket("pending", name), parts.payload);
    if (stored) checkName(name, stored.record);
    else parts.backlog.remove(name);
    return stored;
  } catch (error) {
    if (!(error instanceof BadTicketError)) throw error;
    await setAside(parts, "pending", name, error.message);
    return undefined;
  }
}
