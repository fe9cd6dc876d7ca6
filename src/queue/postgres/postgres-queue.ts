// The queue on Postgres by pg-boss: for webs and runners on many machines.
//
// A ticket is a row of ours (tables.ts) and a job of pg-boss, changed in one transaction. See line.ts for keys,
// enqueue.ts, claim.ts and lease.ts for the moves of a ticket's life, recover.ts for what dead holders leave, and
// docs/decisions/0009-postgres-by-pg-boss.md for what is whose.
import type { Queue } from "../contract.ts";
import { thisProcess } from "../holder.ts";
import { createWaiters } from "../waiters.ts";
import { claimNext } from "./claim.ts";
import { enqueue } from "./enqueue.ts";
import { estimate } from "./estimate.ts";
import { forget } from "./forget.ts";
import { counts, find, list, position } from "./look-up.ts";
import { approve, cancel, requeue, settle, unlock } from "./move-waiting.ts";
import { createDueTimer } from "./due-timer.ts";
import type { Parts, PostgresQueueOptions } from "./parts.ts";
import { asThrown } from "./passing-failure.ts";
import { createRecovery } from "./recover.ts";

/** pg-boss accepts no shorter silence. */
const shortestLeaseSeconds = 10;
/** pg-boss ends a run after a day at the latest, and keeps what waits as long as an int4 of seconds says. */
const longestRunSeconds = 24 * 3600;
const keptSeconds = 2_000_000_000;

/**
 * Opens the queue `name`: takes over what dead processes left, then listens. Any number of processes may. Throws
 * TransientError when the database is away.
 */
export async function createPostgresQueue<Payload>(
  options: PostgresQueueOptions<Payload>,
): Promise<Queue<Payload>> {
  const { database, name, leaseMs, log } = options;
  const { boss, schema } = database;
  const leaseSeconds = Math.max(shortestLeaseSeconds, Math.ceil(leaseMs / 1000));
  const jobOptions = {
    heartbeatSeconds: leaseSeconds,
    expireInSeconds: longestRunSeconds,
    retentionSeconds: keptSeconds,
    // What has ended is there until it is forgotten; what fails is tried again when we say so.
    deleteAfterSeconds: 0,
    retryLimit: 0,
  };
  try {
    await boss.createQueue(name, { policy: "singleton", ...jobOptions });
    await boss.updateQueue(name, jobOptions);
  } catch (error) {
    throw asThrown(`opening the queue ${name}`, error);
  }

  const closing = new AbortController();
  const waiters = createWaiters();
  const parts: Parts<Payload> = {
    database,
    table: `${schema}.ticket`,
    jobs: `${schema}.job`,
    now: `${schema}.job_now()`,
    name,
    payload: options.payload,
    maxCrashes: options.maxCrashes,
    leaseSeconds,
    heartbeatMs: options.heartbeatMs ?? leaseMs / 4,
    self: options.holder ?? thisProcess(),
    log,
    onReclaim: options.onReclaim,
    leases: new Map(),
    lostClaims: new Set(),
    closed: closing.signal,
  };
  const recoverRunning = createRecovery(parts);

  /** Rises when there may be something to claim. */
  let news = 1;
  /** What `news` was when the last claim that found nothing began. */
  let seen = 0;
  function wakeAll(): void {
    news += 1;
    waiters.wakeAll();
  }
  const due = createDueTimer(parts, wakeAll);

  async function lookAtLeases(id?: string): Promise<void> {
    for (const lease of parts.leases.values()) {
      if (id === undefined || lease.claim.ticket.id === id) await lease.look();
    }
  }
  function report(error: unknown): void {
    log?.warn({ err: error }, "looking at the claims that this process holds");
  }

  const leave = database.join(name, {
    onNews({ kind, id }) {
      if (kind === "ready") wakeAll();
      else lookAtLeases(id).catch(report);
    },
    onGap() {
      wakeAll();
      lookAtLeases().catch(report);
    },
    async sweep() {
      await recoverRunning();
      wakeAll();
    },
  });
  try {
    await recoverRunning();
  } catch (error) {
    leave();
    throw error;
  }

  return {
    enqueue: (ticket) => enqueue(parts, ticket),
    async claim() {
      if (closing.signal.aborted) return undefined;
      const begunAt = news;
      const lease = await claimNext(parts);
      if (lease) {
        // Somebody may have asked for its end between the claim and now.
        await lease.look().catch(report);
        return lease.claim;
      }
      await due.set();
      seen = Math.max(seen, begunAt);
      return undefined;
    },
    async wake(signal) {
      if (closing.signal.aborted || signal.aborted || news > seen) return;
      await waiters.wait(signal);
    },
    find: (id) => find(parts, id),
    list: (state, page) => list(parts, state, page),
    counts: () => counts(parts),
    position: (id) => position(parts, id),
    estimateStart: (id) => estimate(parts, id),
    cancel: (id, note) => cancel(parts, id, note),
    approve: (id, note) => approve(parts, id, note),
    settle: (id, note) => settle(parts, id, note),
    requeue: (id, note) => requeue(parts, id, note),
    unlock: (id, note) => unlock(parts, id, note),
    forget: (before) => forget(parts, before),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      leave();
      due.close();
      for (const lease of parts.leases.values()) lease.lose();
      waiters.wakeAll();
    },
  };
}
