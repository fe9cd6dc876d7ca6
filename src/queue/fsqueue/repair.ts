// Finishes what dead processes had begun to write: tmp/<process>/.
import { renameSync, statSync } from "node:fs";
import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { QueueState } from "../../job/queue-state.ts";
import { holderOfTag, lifeOf } from "../holder.ts";
import { isThere } from "./is-there.ts";
import { locate } from "./look-up.ts";
import type { Parts } from "./parts.ts";
import { nameOf, readRecordSync } from "./ticket-file.ts";
import { TicketId } from "../ticket-id.ts";

/** Looks through the drafts of every dead process, and through old ones of those that can't be seen from here. */
export async function repairDrafts<Payload>(parts: Parts<Payload>): Promise<void> {
  const { layout, drafts } = parts;
  for (const tag of await readdir(layout.tmp)) {
    const folder = join(layout.tmp, tag);
    const holder = holderOfTag(tag);
    const life = holder ? lifeOf(holder, parts.self) : "unknown";
    if (folder === drafts.folder || life === "alive") continue;
    for (const file of await readdir(folder).catch(() => [])) {
      const path = join(folder, file);
      if (life === "dead" || isOld(parts, path)) await repair(parts, path, file);
    }
    // Fails while something is in it. A living process of another pid namespace makes its folder again.
    if (life === "dead" || isOld(parts, folder)) await rmdir(folder).catch(() => undefined);
  }
}

function isOld<Payload>(parts: Parts<Payload>, path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && parts.now().getTime() - stat.mtimeMs > parts.leaseMs;
}

/** Removes requests to cancel what has ended: their last holder died before it could. */
export async function dropStaleRequests<Payload>(parts: Parts<Payload>): Promise<void> {
  const { layout, lock, small } = parts;
  for (const id of await readdir(layout.cancelFolder)) {
    await lock.run(() => {
      const state = locate(parts, id)?.state;
      const isOpen = state === "pending" || state === "running" || state === "awaiting_approval";
      if (!isOpen && TicketId.safeParse(id).success) small.dropCancelRequest(id);
    });
  }
}

/** Frees keys of tickets that neither run nor wait: their last holders died just after they had ended them. */
export async function dropStaleKeys<Payload>(parts: Parts<Payload>): Promise<void> {
  const { layout, lock, small } = parts;
  for (const keyHash of await readdir(layout.keys)) {
    await lock.run(() => {
      const owner = small.readKey(keyHash)?.ticket;
      const isOpen = (state: QueueState): boolean =>
        owner !== undefined && isThere(layout.ticket(state, owner));
      if (!isOpen("running") && !isOpen("pending")) small.freeKey(keyHash);
    });
  }
}

/** An enqueue that died between its two names gets the second one; everything else was never promised to anyone. */
async function repair<Payload>(parts: Parts<Payload>, path: string, file: string): Promise<void> {
  const { layout, lock, backlog, drafts, sync, log } = parts;
  const finished = await lock.run(() => {
    const record = file.endsWith(".draft") ? undefined : readRecordSync(path);
    if (!record || file !== `${record.id}.json` || !isSameFile(path, layout.seen(record.id)))
      return undefined;
    if (locate(parts, record.id)) return undefined;
    const name = nameOf(record);
    renameSync(path, layout.ticket("pending", name));
    backlog.add(name);
    return record.id;
  });
  if (finished !== undefined) {
    await sync("seen", "pending");
    log?.info({ ticket: finished }, "an enqueue that was cut off is finished");
  }
  await drafts.discard(path);
}

function isSameFile(one: string, other: string): boolean {
  const a = statSync(one, { bigint: true, throwIfNoEntry: false });
  const b = statSync(other, { bigint: true, throwIfNoEntry: false });
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
