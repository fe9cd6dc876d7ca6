// Moves of tickets that nobody runs: cancel, approve, settle, requeue; and the end by force of one that somebody does.
//
// Here a ticket is moved first and then gets its new content: where it lies is what counts, and a process that dies
// in between has at most lost a note.
import { lstatSync, renameSync } from "node:fs";
import type { QueueState } from "../../job/queue-state.ts";
import { isThere } from "./is-there.ts";
import { encodeCancelRequest } from "./cancel-request.ts";
import { locate, type Place } from "./look-up.ts";
import type { Parts } from "./parts.ts";
import { setAside } from "./set-aside.ts";
import { encode, nameOf, readTicket, type TicketFile } from "./ticket-file.ts";
import { formatName, keyHashOf, parseName } from "./ticket-name.ts";
import { BadTicketError } from "./ticket-version.ts";

/** True when it was moved; false when it wasn't there any more or had just been rewritten. */
async function move<Payload>(
  parts: Parts<Payload>,
  from: Place,
  to: QueueState,
  next: (record: TicketFile) => Partial<TicketFile>,
): Promise<boolean> {
  const { layout, drafts, small, backlog } = parts;
  const path = layout.ticket(from.state, from.name);
  const stored = await readTicket(path, parts.payload).catch(async (error: unknown) => {
    if (!(error instanceof BadTicketError)) throw error;
    if (from.state !== "failed") await setAside(parts, from.state, from.name, error.message);
    return undefined;
  });
  if (!stored) return false;
  const updated_at = parts.now().toISOString();
  const record: TicketFile = { ...stored.record, ...next(stored.record), state: to, lease: null, updated_at };
  const name = nameOf(record);
  const keyHash = keyHashOf(name);
  const moved = await drafts.use(encode(record), (draft) => {
    if (lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino !== stored.inode) return false;
    const target = to === "pending" && from.state === "awaiting_approval" ? headName(parts, name) : name;
    renameSync(path, layout.ticket(to, target));
    renameSync(draft, layout.ticket(to, target));
    if (from.state === "pending") backlog.remove(from.name);
    if (from.state === "running") backlog.ended(from.name);
    // Whatever it asked for has happened, or begins anew.
    small.dropCancelRequest(record.id);
    if (to === "pending") backlog.add(target);
    else {
      if (small.readKey(keyHash)?.ticket === name) small.freeKey(keyHash);
      small.shrinkSeen(record.id, name);
    }
    return true;
  });
  if (moved) await parts.sync(to, from.state);
  return moved;
}

/** The ticket's own name if that comes before all others of its key, else one that does. */
function headName<Payload>({ backlog }: Parts<Payload>, name: string): string {
  const first = backlog.firstOf(keyHashOf(name));
  const own = parseName(name);
  const head = first === undefined ? undefined : parseName(first);
  if (first === undefined || !own || !head || name < first) return name;
  return formatName({ ...own, priority: head.priority, sequence: head.sequence - 1 });
}

export async function cancelWaiting<Payload>(
  parts: Parts<Payload>,
  state: "pending" | "awaiting_approval",
  name: string,
  note: string,
): Promise<boolean> {
  return move(parts, { state, name }, "cancelled", () => ({ note, not_before: null }));
}

export async function cancel<Payload>(
  parts: Parts<Payload>,
  id: string,
  note: string,
): Promise<"cancelled" | "requested" | "finished" | "unknown"> {
  const { layout } = parts;
  for (;;) {
    const place = await parts.lock.run(() => locate(parts, id));
    if (!place) return "unknown";
    switch (place.state) {
      case "done":
      case "failed":
      case "cancelled":
        await parts.drafts.discard(layout.cancel(id));
        return "finished";
      case "pending":
      case "awaiting_approval":
        if (await cancelWaiting(parts, place.state, place.name, note)) return "cancelled";
        break;
      case "running":
        if (await requestCancel(parts, id, place.name, note)) return "requested";
        break;
    }
  }
}

/** False when the ticket doesn't run any more. Whoever ends its claim after this sees the request. */
async function requestCancel<Payload>(
  { layout, drafts, sync }: Parts<Payload>,
  id: string,
  name: string,
  note: string,
): Promise<boolean> {
  const requested = await drafts.use(encodeCancelRequest(note), (draft) => {
    if (!isThere(layout.ticket("running", name))) return false;
    renameSync(draft, layout.cancel(id));
    return true;
  });
  if (requested) await sync("cancel");
  return requested;
}

export async function approve<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const place = await parts.lock.run(() => locate(parts, id));
  if (place?.state !== "awaiting_approval") return false;
  return move(parts, place, "pending", () => ({ note, not_before: null }));
}

export async function settle<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const place = await parts.lock.run(() => locate(parts, id));
  if (place?.state !== "awaiting_approval") return false;
  return move(parts, place, "done", () => ({ note, not_before: null }));
}

export async function requeue<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  const place = await parts.lock.run(() => locate(parts, id));
  if (place?.state !== "failed" && place?.state !== "cancelled") return false;
  return move(parts, place, "pending", () => ({ attempts: 0, crashes: 0, not_before: null, note }));
}

export async function unlock<Payload>(parts: Parts<Payload>, id: string, note: string): Promise<boolean> {
  for (;;) {
    const place = await parts.lock.run(() => locate(parts, id));
    if (place?.state !== "running") return false;
    if (await move(parts, place, "failed", () => ({ note }))) return true;
  }
}
