// A queue as simple as can be: what an engine does after any sequence of operations is what this one does.
import type { QueueState } from "../../src/job/queue-state.ts";

export interface SimpleTicket {
  id: string;
  key: string;
  n: number;
  priority: number;
  /** Rises with each ticket that is enqueued. */
  place: number;
  /** While an approved ticket waits at the head of its key: the priority and place that bring it there. */
  head: { priority: number; place: number } | undefined;
  state: QueueState;
  notBeforeMs: number | undefined;
  attempts: number;
  crashes: number;
  /** Null where the engine chooses the words. */
  note: string | null | undefined;
  holder: number | undefined;
  cancelNote: string | undefined;
}

/** By priority, then by arrival. */
export function inOrder(a: SimpleTicket, b: SimpleTicket): number {
  const [one, other] = [a.head ?? a, b.head ?? b];
  return one.priority - other.priority || one.place - other.place;
}

export type SimpleQueue = ReturnType<typeof createSimpleQueue>;

export function createSimpleQueue({ maxCrashes, nowMs }: { maxCrashes: number; nowMs: () => number }) {
  const tickets = new Map<string, SimpleTicket>();
  /** Key → the ticket that runs, or that ran and waits to be tried again. */
  const owners = new Map<string, SimpleTicket>();
  let arrivals = 0;

  const inState = (state: QueueState): SimpleTicket[] =>
    [...tickets.values()].filter((ticket) => ticket.state === state).toSorted(inOrder);

  function move(ticket: SimpleTicket, state: QueueState, note: SimpleTicket["note"]): void {
    if (state !== "pending" && owners.get(ticket.key) === ticket) owners.delete(ticket.key);
    if (state !== "pending") ticket.cancelNote = undefined;
    Object.assign(ticket, { state, note, head: undefined, holder: undefined, notBeforeMs: undefined });
  }

  return {
    tickets,
    inState,
    /** What may be claimed now: of each key its owner, else its first. */
    claimable(): SimpleTicket[] {
      const pending = inState("pending");
      return pending.filter((ticket) => {
        const first = owners.get(ticket.key) ?? pending.find(({ key }) => key === ticket.key);
        return ticket === first && (ticket.notBeforeMs ?? 0) <= nowMs();
      });
    },
    enqueue(id: string, key: string, priority: number, notBeforeMs?: number): "queued" | "duplicate" {
      if (tickets.has(id)) return "duplicate";
      arrivals += 1;
      tickets.set(id, {
        id,
        key,
        n: arrivals,
        priority,
        place: arrivals,
        head: undefined,
        state: "pending",
        notBeforeMs,
        attempts: 0,
        crashes: 0,
        note: undefined,
        holder: undefined,
        cancelNote: undefined,
      });
      return "queued";
    },
    claim(ticket: SimpleTicket, holder: number): void {
      move(ticket, "running", null);
      owners.set(ticket.key, ticket);
      ticket.holder = holder;
      ticket.attempts += 1;
    },
    /** A verb of the holder. One that doesn't end the ticket for good comes too late when someone has cancelled it. */
    end(ticket: SimpleTicket, state: QueueState, note: SimpleTicket["note"], notBeforeMs?: number): void {
      const isFinal = state === "done" || state === "failed" || state === "cancelled";
      if (!isFinal && ticket.cancelNote !== undefined) return move(ticket, "cancelled", ticket.cancelNote);
      move(ticket, state, note);
      ticket.notBeforeMs = notBeforeMs;
    },
    release(ticket: SimpleTicket): void {
      if (ticket.cancelNote === undefined) ticket.attempts -= 1;
      this.end(ticket, "pending", null);
    },
    crash(holder: number): void {
      for (const ticket of inState("running").filter((each) => each.holder === holder)) {
        ticket.crashes += 1;
        if (ticket.crashes >= maxCrashes) move(ticket, "failed", null);
        else this.end(ticket, "pending", null);
      }
    },
    cancel(id: string, note: string): "cancelled" | "requested" | "finished" | "unknown" {
      const ticket = tickets.get(id);
      if (!ticket) return "unknown";
      if (ticket.state === "pending" || ticket.state === "awaiting_approval") {
        move(ticket, "cancelled", note);
        return "cancelled";
      }
      if (ticket.state !== "running") return "finished";
      ticket.cancelNote = note;
      return "requested";
    },
    approve(id: string, note: string): boolean {
      const ticket = tickets.get(id);
      if (ticket?.state !== "awaiting_approval") return false;
      const first = inState("pending").find(({ key }) => key === ticket.key);
      move(ticket, "pending", note);
      if (first && inOrder(first, ticket) < 0) {
        const { priority, place } = first.head ?? first;
        ticket.head = { priority, place: place - 0.001 };
      }
      return true;
    },
    settle(id: string, note: string): boolean {
      const ticket = tickets.get(id);
      if (ticket?.state !== "awaiting_approval") return false;
      move(ticket, "done", note);
      return true;
    },
    requeue(id: string, note: string): boolean {
      const ticket = tickets.get(id);
      if (ticket?.state !== "failed" && ticket?.state !== "cancelled") return false;
      move(ticket, "pending", note);
      Object.assign(ticket, { attempts: 0, crashes: 0 });
      return true;
    },
    unlock(id: string, note: string): boolean {
      const ticket = tickets.get(id);
      if (ticket?.state !== "running") return false;
      move(ticket, "failed", note);
      return true;
    },
    /** Forgets what has ended. Returns the ids. */
    forget(): string[] {
      const ids = (["done", "failed", "cancelled"] as const).flatMap(inState).map(({ id }) => id);
      for (const id of ids) tickets.delete(id);
      return ids;
    },
  };
}
