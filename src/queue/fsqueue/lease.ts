// One running ticket that this process holds: the verbs that end it, its heartbeat, its signal.
//
// Ending is "record, then move": the ticket's last word replaces its content in running/, then the file is renamed
// to its folder. A process that dies in between leaves a ticket in running/ whose content names another state, and
// recover.ts finishes the move. There is no instant at which the ticket is in no folder, or in two.
import { renameSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { errorCode } from "../../io/file.ts";
import type { QueueState } from "../../job/queue-state.ts";
import { CancelRequested, type Claim, LeaseLostError } from "../contract.ts";
import { isThere } from "./is-there.ts";
import { readCancelRequest } from "./cancel-request.ts";
import type { Parts } from "./parts.ts";
import { encode, type StoredTicket, type TicketFile, toTicket } from "./ticket-file.ts";
import { keyHashOf } from "./ticket-name.ts";

export interface Lease<Payload> {
  claim: Claim<Payload>;
  /** Whether the folders still say that the ticket is ours. */
  isHeld(): boolean;
  /** The end without a word: somebody else has the ticket, or this process leaves it to be reclaimed. */
  lose(): void;
  /** Aborts the claim's signal when someone has asked for an end. */
  lookForCancel(): Promise<void>;
  /** Ends the lease in `state` with what changes in the record. */
  end(state: QueueState, change: Partial<TicketFile>): Promise<void>;
}

const finalStates: ReadonlySet<QueueState> = new Set(["done", "failed", "cancelled"]);

export function createLease<Payload>(
  parts: Parts<Payload>,
  held: { name: string; token: string; stored: StoredTicket<Payload> },
): Lease<Payload> {
  const { layout, small, backlog, leases } = parts;
  const { name, token } = held;
  const { record } = held.stored;
  const keyHash = keyHashOf(name);
  const path = layout.ticket("running", name);
  const abort = new AbortController();
  let over = false;
  let ending = false;

  function isHeld(): boolean {
    return !over && small.readKey(keyHash)?.token === token && isThere(path);
  }

  function lostError(): LeaseLostError {
    return new LeaseLostError(
      `ticket ${record.id}: this claim (epoch ${record.epoch}) doesn't hold it any more`,
    );
  }

  function lose(): void {
    if (over) return;
    over = true;
    clearInterval(heart);
    if (leases.get(name) === lease) leases.delete(name);
    abort.abort(lostError());
  }

  /** The move itself, under the lock. */
  function moveTo(draft: string, next: TicketFile): "moved" | "lost" | "cancel" {
    if (!isHeld()) return "lost";
    const { state } = next;
    const isFinal = finalStates.has(state);
    if (!isFinal && isThere(layout.cancel(record.id))) return "cancel";
    renameSync(draft, path);
    renameSync(path, layout.ticket(state, name));
    // A ticket that goes back to pending/ keeps its key: it is the next of it.
    if (state === "pending") {
      backlog.add(name);
      backlog.hold(name, next.not_before === null ? 0 : Date.parse(next.not_before));
    } else small.freeKey(keyHash);
    if (isFinal) {
      small.dropCancelRequest(record.id);
      small.shrinkSeen(record.id, name);
    }
    over = true;
    clearInterval(heart);
    leases.delete(name);
    backlog.ended(name);
    return "moved";
  }

  async function end(state: QueueState, change: Partial<TicketFile>): Promise<void> {
    if (over || ending) throw lostError();
    ending = true;
    let target = state;
    let changes = change;
    try {
      for (;;) {
        const request = finalStates.has(target)
          ? undefined
          : await readCancelRequest(layout.cancel(record.id));
        if (request !== undefined) {
          target = "cancelled";
          changes = { note: request, not_before: null };
        }
        const updated_at = parts.now().toISOString();
        const next: TicketFile = { ...record, ...changes, state: target, lease: null, updated_at };
        const outcome = await parts.drafts.use(encode(next), (draft) => moveTo(draft, next));
        if (outcome === "moved") break;
        if (outcome === "cancel") continue;
        lose();
        throw lostError();
      }
    } finally {
      ending = false;
    }
    await parts.sync(target, "running");
  }

  /** Renews the lease, or finds that it is lost. */
  async function beat(): Promise<void> {
    if (over || ending) return;
    const now = parts.now();
    try {
      if (!isHeld()) return lose();
      await utimes(path, now, now);
      await lookForCancel();
    } catch (error) {
      // Ended meanwhile by ourselves, or taken away: the next beat knows.
      if (errorCode(error) !== "ENOENT")
        parts.log?.error({ ticket: record.id, err: error }, "renewing a lease");
    }
  }

  async function lookForCancel(): Promise<void> {
    const note = await readCancelRequest(layout.cancel(record.id));
    if (note !== undefined && !over) abort.abort(new CancelRequested(note));
  }

  /** The end of a run that tells how long runs take. */
  async function endRun(state: QueueState, note: string | null): Promise<void> {
    await end(state, { note });
    parts.runs.note({ startedAt: new Date(record.updated_at), endedAt: parts.now() });
  }

  const heart = setInterval(() => void beat(), parts.heartbeatMs);
  heart.unref();
  const lease: Lease<Payload> = {
    claim: {
      ticket: toTicket("running", held.stored),
      epoch: record.epoch,
      signal: abort.signal,
      async assertHeld() {
        if (isHeld()) return;
        lose();
        throw lostError();
      },
      complete: (note) => endRun("done", note ?? null),
      fail: (note) => endRun("failed", note),
      cancelled: (note) => end("cancelled", { note }),
      park: (note) => endRun("awaiting_approval", note),
      retry: (note, notBefore) => end("pending", { note, not_before: notBefore?.toISOString() ?? null }),
      release: () => end("pending", { attempts: Math.max(0, record.attempts - 1) }),
    },
    isHeld,
    lose,
    end,
    lookForCancel,
  };
  leases.set(name, lease);
  return lease;
}
