// Tickets in running/ that nobody runs: their holders died, slept too long, or died while they ended them.
import { renameSync, statSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { type Holder, lifeOf } from "../holder.ts";
import { createLease, type Lease } from "./lease.ts";
import type { Parts } from "./parts.ts";
import { setAside } from "./set-aside.ts";
import { createSilenceWatch, type SilenceWatch } from "./silence-watch.ts";
import {
  checkName,
  encode,
  readRecordSync,
  readTicket,
  type StoredTicket,
  type TicketFile,
} from "./ticket-file.ts";
import { keyHashOf } from "./ticket-name.ts";
import { BadTicketError, NewerTicketError } from "./ticket-version.ts";

/** Returns a function that looks at everything in running/ that this process doesn't hold itself. */
export function createRecovery<Payload>(parts: Parts<Payload>): () => Promise<void> {
  const hasBeenSilent = createSilenceWatch(parts.heartbeatMs);
  /** Tickets that were taken over and whose dead holders have left something that couldn't be ended yet. */
  const owed = new Map<string, () => Promise<void>>();

  async function attempt(name: string, step: () => Promise<void>): Promise<void> {
    owed.delete(name);
    try {
      await step();
    } catch (error) {
      parts.log?.error({ file: name, err: error }, "recovering a running ticket; the next sweep tries again");
      if (parts.leases.has(name)) owed.set(name, step);
    }
  }

  return async () => {
    const due = [...owed];
    for (const [name, step] of due) await attempt(name, step);
    for (const name of await readdir(parts.layout.state("running"))) {
      if (parts.leases.has(name)) continue;
      await attempt(name, async () => {
        const giveBack = await recover(parts, name, hasBeenSilent);
        if (giveBack) await attempt(name, giveBack);
      });
    }
  };
}

/** What is still to be done, when the ticket was taken over from a dead holder. */
async function recover<Payload>(
  parts: Parts<Payload>,
  name: string,
  hasBeenSilent: SilenceWatch,
): Promise<(() => Promise<void>) | undefined> {
  const { layout } = parts;
  let stored: StoredTicket<Payload> | undefined;
  try {
    stored = await readTicket(layout.ticket("running", name), parts.payload);
    if (!stored) return undefined;
    checkName(name, stored.record);
  } catch (error) {
    // Someone of a later version may be at work on it.
    if (error instanceof NewerTicketError || !(error instanceof BadTicketError)) throw error;
    await setAside(parts, "running", name, error.message);
    return undefined;
  }
  if (stored.record.state !== "running") {
    await finishMove(parts, name);
    return undefined;
  }
  const holder = stored.record.lease?.holder;
  const life = holder ? lifeOf(holder, parts.self) : "unknown";
  const silentMs = parts.now().getTime() - stored.modifiedAtMs;
  const isOver = silentMs > parts.leaseMs && (life !== "alive" || hasBeenSilent(name, stored));
  if (life === "dead") return takeOver(parts, name, stored, `its runner (process ${holder?.pid}) died`);
  return isOver ? takeOver(parts, name, stored, `its runner was silent for ${silentMs} ms`) : undefined;
}

/** Its content names another state: it was on its way there, or from pending/ and not yet leased. */
async function finishMove<Payload>(parts: Parts<Payload>, name: string): Promise<void> {
  const { layout, backlog, small } = parts;
  const path = layout.ticket("running", name);
  const state = await parts.lock.run(() => {
    const record = readRecordSync(path);
    if (!record || record.state === "running") return undefined;
    renameSync(path, layout.ticket(record.state, name));
    backlog.ended(name);
    const keyHash = keyHashOf(name);
    if (record.state === "pending") backlog.add(name);
    else if (small.readKey(keyHash)?.ticket === name) small.freeKey(keyHash);
    return record.state;
  });
  if (state) await parts.sync(state, "running");
}

/** Makes the ticket ours, so that its old holder can do nothing more; what is left is to give it back. */
async function takeOver<Payload>(
  parts: Parts<Payload>,
  name: string,
  stored: StoredTicket<Payload>,
  why: string,
): Promise<(() => Promise<void>) | undefined> {
  const { layout, now, self, small } = parts;
  const holder = stored.record.lease?.holder;
  const token = randomUUID();
  const record: TicketFile = {
    ...stored.record,
    crashes: stored.record.crashes + 1,
    epoch: stored.record.epoch + 1,
    lease: { token, holder: self },
    updated_at: now().toISOString(),
  };
  const path = layout.ticket("running", name);
  const taken = await parts.drafts.use(encode(record), (draft) => {
    // Another process was faster, or the holder has renewed its lease after all.
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat?.ino !== stored.inode || Number(stat.mtimeMs) !== stored.modifiedAtMs) return false;
    small.writeKey(keyHashOf(name), { ticket: name, token });
    renameSync(draft, path);
    return true;
  });
  if (!taken) return undefined;
  parts.log?.warn({ ticket: record.id, crashes: record.crashes, epoch: record.epoch }, `reclaimed: ${why}`);
  const lease = createLease(parts, { name, token, stored: { ...stored, record } });
  return () => giveBack(parts, lease, { record, why, holder });
}

async function giveBack<Payload>(
  parts: Parts<Payload>,
  lease: Lease<Payload>,
  { record, why, holder }: { record: TicketFile; why: string; holder: Holder | undefined },
): Promise<void> {
  // While this throws, what the dead holder left may still be at work, so nothing else may begin.
  if (holder) await parts.onReclaim?.(lease.claim.ticket, holder);
  if (record.crashes >= parts.maxCrashes) {
    await lease.end("failed", { note: `given up after ${record.crashes} crashes: ${why}` });
  } else {
    await lease.end("pending", { note: why, not_before: null });
  }
}
