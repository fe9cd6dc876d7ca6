// The outlook of a pending ticket, from what this process knows of the folders and the few files that run.
import { estimateStart } from "../estimate.ts";
import { locate } from "./look-up.ts";
import type { Parts } from "./parts.ts";
import { readTicket, type TicketFile } from "./ticket-file.ts";
import { keyHashOf } from "./ticket-name.ts";
import { BadTicketError } from "./ticket-version.ts";

/** See Queue.estimateStart. Lists no folder; opens the tickets that run and at most three that wait. */
export async function estimate<Payload>(parts: Parts<Payload>, id: string): Promise<Date | undefined> {
  const { lock, small, backlog, now } = parts;
  const lastRuns = parts.runs.last();
  if (lastRuns.length === 0) return undefined;
  const found = await lock.run(() => {
    const place = locate(parts, id);
    if (place?.state !== "pending") return undefined;
    return { name: place.name, owner: small.readKey(keyHashOf(place.name))?.ticket };
  });
  if (!found) return undefined;
  const { name, owner } = found;
  const key = keyHashOf(name);

  const running = [];
  for (const each of backlog.running) {
    const record = await readRecord(parts, "running", each);
    if (record) running.push({ key: keyHashOf(each), startedAt: new Date(record.updated_at) });
  }
  const ownNames = [name, owner, backlog.firstOf(key)].filter((each) => each !== undefined);
  const notBefore = await latestNotBefore(parts, [...new Set(ownNames)]);
  // What holds the key comes first, wherever its name stands.
  const isHeld = owner !== undefined && owner > name && backlog.pending.has(owner);
  return estimateStart({
    now: now(),
    lastRuns,
    running,
    ahead: keysBefore(parts, name, isHeld ? [key] : []),
    aheadCount: backlog.pending.rank(name) + (isHeld ? 1 : 0),
    key,
    notBefore,
  });
}

function* keysBefore<Payload>(
  { backlog }: Parts<Payload>,
  name: string,
  first: string[],
): Generator<string, void> {
  yield* first;
  for (const each of backlog.pending.from()) {
    if (each >= name) return;
    // Another key's back-off is in nobody else's way.
    if (!backlog.isWaiting(keyHashOf(each))) yield keyHashOf(each);
  }
}

async function latestNotBefore<Payload>(parts: Parts<Payload>, names: string[]): Promise<Date | undefined> {
  let latest: Date | undefined;
  for (const name of names) {
    const record = await readRecord(parts, "pending", name);
    if (!record?.not_before) continue;
    const at = new Date(record.not_before);
    if (latest === undefined || at > latest) latest = at;
  }
  return latest;
}

async function readRecord<Payload>(
  { layout, payload }: Parts<Payload>,
  state: "pending" | "running",
  name: string,
): Promise<TicketFile | undefined> {
  try {
    return (await readTicket(layout.ticket(state, name), payload))?.record;
  } catch (error) {
    if (error instanceof BadTicketError) return undefined;
    throw error;
  }
}
