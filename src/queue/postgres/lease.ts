// One running ticket that this process holds: the verbs that end it, its heartbeat, its signal.
//
// The lease is a promise on time: as long as it was renewed within heartbeatSeconds, nobody takes the ticket over. While
// the database is away the verbs wait for it within that time; after it the claim gives itself up, before or when
// another one may begin.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { QueueState } from "../../job/queue-state.ts";
import { TransientError, explain } from "../../errors.ts";
import { CancelRequested, type Claim, LeaseLostError } from "../contract.ts";
import { endClaim, type Ending, lostError } from "./end-claim.ts";
import type { Held, Parts } from "./parts.ts";
import { asThrown } from "./passing-failure.ts";
import { toTicket } from "./ticket-row.ts";

export interface Lease<Payload> {
  claim: Claim<Payload>;
  /** The end without a word: somebody else has the ticket, or this process leaves it to be reclaimed. */
  lose(): void;
  /** Looks at once what the database says of this claim. */
  look(): Promise<void>;
}

const retryAfterMs = 1000;
/** This part of the lease is left for ending what runs, before another one may begin. */
const reserve = 0.1;
const State = z.object({ held: z.boolean(), cancel_note: z.string().nullable() });
const Touched = z.object({ affected: z.number() });

export function createLease<Payload>(
  parts: Parts<Payload>,
  options: {
    held: Held;
    /** How long pg-boss waits for the next heartbeat. */
    heartbeatSeconds: number;
    payload: Payload;
    /** Before it was claimed, in ms since the epoch. */
    begunAt: number;
  },
): Lease<Payload> {
  const { database, table, jobs, name, leases, log } = parts;
  const { held } = options;
  const { row, token } = held;
  const leaseMs = options.heartbeatSeconds * 1000 * (1 - reserve);
  const abort = new AbortController();
  let renewedAt = { wall: options.begunAt, steady: performance.now() - (Date.now() - options.begunAt) };
  let expiry = setTimeout(lookAtClock, leaseMs);
  expiry.unref();
  let over = false;
  let ending = false;

  function lose(): void {
    if (over) return;
    finish();
    abort.abort(lostError(held));
  }

  function finish(): void {
    over = true;
    clearInterval(heart);
    clearTimeout(expiry);
    leases.delete(token);
  }

  function lookAtClock(): void {
    if (isExpired()) return lose();
    expiry = setTimeout(lookAtClock, leaseMs / 10);
    expiry.unref();
  }

  function renewed(since: typeof renewedAt): void {
    renewedAt = since;
    clearTimeout(expiry);
    if (over) return;
    expiry = setTimeout(lookAtClock, leaseMs);
    expiry.unref();
  }

  /** By whichever clock says so: one stands still while the machine sleeps, the other may be set. */
  function isExpired(): boolean {
    return Math.max(Date.now() - renewedAt.wall, performance.now() - renewedAt.steady) > leaseMs;
  }

  /** Does what needs the database; while that is away, again and again until the lease is over. */
  async function insist<T>(action: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const thrown = asThrown(action, error);
        if (!(thrown instanceof TransientError) || parts.closed.aborted) throw thrown;
        if (isExpired()) lose();
        if (over) throw lostError(held);
        await delay(retryAfterMs, undefined, { signal: parts.closed }).catch(() => undefined);
      }
    }
  }

  // One call each: the two forms of an id are overloads.
  const touch = (): Promise<unknown> => {
    const { attempt } = held;
    return typeof attempt === "string"
      ? database.boss.touch(name, attempt)
      : database.boss.touch(name, attempt);
  };

  async function read(): Promise<z.infer<typeof State>> {
    const [state] = await database.query(
      database.db,
      `SELECT (t.state = 'running' AND t.token = $3 AND j.state = 'active') AS held, t.cancel_note
       FROM ${table} AS t JOIN ${jobs} AS j ON j.name = t.queue AND j.id = t.job_id
       WHERE t.queue = $1 AND t.id = $2`,
      [name, row.id, token],
      State,
    );
    return state ?? { held: false, cancel_note: null };
  }

  async function look(): Promise<void> {
    const { held: isHeld, cancel_note } = await read();
    if (over || ending) return;
    if (!isHeld) return lose();
    if (cancel_note !== null) abort.abort(new CancelRequested(cancel_note));
  }

  async function beat(): Promise<void> {
    if (over || ending) return;
    const begun = { wall: Date.now(), steady: performance.now() };
    try {
      const { affected } = Touched.parse(await touch());
      if (affected === 1) renewed(begun);
      await look();
    } catch (error) {
      log?.warn({ ticket: row.id, error: explain(error) }, "renewing a lease");
    }
  }

  async function end(state: QueueState, change: Ending): Promise<void> {
    if (over || ending) throw lostError(held);
    ending = true;
    try {
      await insist("ending a claim", () => endClaim(parts, held, state, change));
      finish();
    } catch (error) {
      if (error instanceof LeaseLostError) lose();
      throw error;
    } finally {
      ending = false;
    }
  }

  const heart = setInterval(() => void beat(), Math.min(parts.heartbeatMs, leaseMs / 2));
  heart.unref();
  const lease: Lease<Payload> = {
    claim: {
      ticket: toTicket(row, options.payload),
      epoch: row.epoch,
      signal: abort.signal,
      async assertHeld() {
        if (over) throw lostError(held);
        const { held: isHeld } = await insist("asking for a claim", read);
        if (isHeld) return;
        lose();
        throw lostError(held);
      },
      complete: (note) => end("done", { note: note ?? null, isRun: true }),
      fail: (note) => end("failed", { note, isRun: true }),
      cancelled: (note) => end("cancelled", { note }),
      park: (note) => end("awaiting_approval", { note, isRun: true }),
      retry: (note, notBefore) => end("pending", { note, notBefore }),
      release: () => end("pending", { uncounted: true }),
    },
    lose,
    look,
  };
  leases.set(token, lease);
  return lease;
}
