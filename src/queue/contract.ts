// What a queue promises, whichever engine is behind it. Jobs, inbox and outbox are three of the same kind.
//
// A ticket is known by its id for as long as the queue remembers it, in any state: an id that was seen is a
// duplicate. Order is strict FIFO within a priority. Tickets of one key run one at a time and in order; a
// ticket in back-off holds its key, one that awaits approval releases it and returns at the head of its key.
import type { QueueState } from "../job/queue-state.ts";

export interface NewTicket<Payload> {
  id: string;
  /** At most one ticket of a key runs at a time. */
  key: string;
  payload: Payload;
  /** 0 is the most urgent, 9 the least; 5 unless told. */
  priority?: number;
  /** Not to be claimed before this time, and neither are those of its key that come after it. */
  notBefore?: Date;
}

export interface Ticket<Payload> {
  id: string;
  key: string;
  payload: Payload;
  priority: number;
  state: QueueState;
  enqueuedAt: Date;
  notBefore: Date | undefined;
  /** How often it was claimed. */
  attempts: number;
  /** How often its holder died. */
  crashes: number;
  /** Why it is where it is: the reason of a failure, a retry, a cancel or a parking. */
  note: string | undefined;
}

/** A holder's right to one running ticket. Each verb ends the claim; a second one throws LeaseLostError. */
export interface Claim<Payload> {
  readonly ticket: Ticket<Payload>;
  /** Rises with each claim of this ticket. */
  readonly epoch: number;
  /** Aborts when someone cancels the ticket (reason: CancelRequested) or the lease is lost (reason: LeaseLostError). */
  readonly signal: AbortSignal;
  /** Returns while this claim still holds the ticket; throws LeaseLostError once it doesn't. */
  assertHeld(): Promise<void>;
  complete(note?: string): Promise<void>;
  fail(note: string): Promise<void>;
  cancelled(note: string): Promise<void>;
  /** Parks the ticket until someone approves it. */
  park(note: string): Promise<void>;
  /** Back to its own place, to be tried again; it holds its key while it waits. */
  retry(note: string, notBefore?: Date): Promise<void>;
  /** Back to its own place as if it had not been claimed: for a drain. */
  release(): Promise<void>;
}

export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** The reason of a claim's signal when a person cancelled the ticket. */
export class CancelRequested extends Error {
  override readonly name = "CancelRequested";
}

export interface Queue<Payload> {
  /**
   * Durable when it returns. `duplicate` when the id is known in any state, and then only once the first
   * ticket of that id is durable too. Throws when the disk or the database refuses.
   */
  enqueue(ticket: NewTicket<Payload>): Promise<"queued" | "duplicate">;
  /** The next ticket that may run now, or undefined. Keeps the lease alive by itself until the claim ends. */
  claim(): Promise<Claim<Payload> | undefined>;
  /**
   * Resolves as soon as there may be something to claim that was not there at the last claim (a new ticket, a
   * freed key, a back-off that ended, a dead holder), or when `signal` aborts. Costs nothing while it waits.
   */
  wake(signal: AbortSignal): Promise<void>;
  find(id: string): Promise<Ticket<Payload> | undefined>;
  /** Tickets of a state in their order, from after the ticket `after`, at most `limit` (100 unless told). */
  list(state: QueueState, page?: { after?: string; limit?: number }): Promise<Ticket<Payload>[]>;
  counts(): Promise<Record<QueueState, number>>;
  /** How many tickets are to be claimed before this pending one; undefined when it isn't pending. */
  position(id: string): Promise<number | undefined>;
  /**
   * When this pending ticket will probably be claimed, from how long the last runs took, what runs now and what comes
   * before it; undefined when it isn't pending, or while nothing has run yet.
   */
  estimateStart(id: string): Promise<Date | undefined>;
  /** Pending or parked: cancelled at once. Running: a durable request that the holder sees as an abort. */
  cancel(id: string, note: string): Promise<"cancelled" | "requested" | "finished" | "unknown">;
  /** From awaiting_approval back to the head of its key. False when it isn't parked. */
  approve(id: string, note: string): Promise<boolean>;
  /** From awaiting_approval to done, without another run: what it waited for was done otherwise. False when it isn't parked. */
  settle(id: string, note: string): Promise<boolean>;
  /** From failed or cancelled back to pending, to its own place. False when it is in neither. */
  requeue(id: string, note: string): Promise<boolean>;
  /** Ends a running ticket by force as failed, whoever holds it. False when it isn't running. */
  unlock(id: string, note: string): Promise<boolean>;
  /**
   * Removes done, failed and cancelled tickets that ended before this time; from then on their ids are new again.
   * Returns how many ids were forgotten.
   */
  forget(before: Date): Promise<number>;
  /** Stops watching and heartbeats. Claims that are still open are left to be reclaimed. */
  close(): Promise<void>;
}
