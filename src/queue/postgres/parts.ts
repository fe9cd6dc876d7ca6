// What the files of this engine share: one queue in the database, and what this process holds of it.
import type { Db, JobAttempt } from "pg-boss";
import { z, type ZodType } from "zod";
import type { Ticket } from "../contract.ts";
import type { Holder } from "../holder.ts";
import type { QueueLog } from "../queue-log.ts";
import type { Database } from "./database.ts";
import type { Lease } from "./lease.ts";
import type { TicketRow } from "./ticket-row.ts";

export interface PostgresQueueOptions<Payload> {
  /** Opened by openDatabase; several queues share it and it is closed after them. */
  database: Database;
  /** The queue's name within the schema. */
  name: string;
  /** What a payload must look like to be a ticket's. */
  payload: ZodType<Payload>;
  /** A ticket whose holder died this many times is failed. */
  maxCrashes: number;
  /** A lease that wasn't renewed for this long is over; whole seconds, at least 10 (pg-boss's own limit). */
  leaseMs: number;
  /** How often a lease is renewed; a quarter of `leaseMs` unless told. */
  heartbeatMs?: number;
  /** Who opens the queue; this process unless told. */
  holder?: Holder;
  log?: QueueLog;
  /**
   * Called after a dead holder's ticket was taken over and before it may run again: end what is left of the
   * holder's work as far as it can be reached from here. While it throws the ticket stays where it is, and it is
   * called again at the next sweep.
   */
  onReclaim?: (ticket: Ticket<Payload>, holder: Holder) => Promise<void>;
}

export interface Parts<Payload> {
  database: Database;
  /** Our table with its schema. */
  table: string;
  /** pg-boss's table, which is only read here. */
  jobs: string;
  /** The database's time, the same within a transaction. */
  now: string;
  name: string;
  payload: ZodType<Payload>;
  maxCrashes: number;
  leaseSeconds: number;
  heartbeatMs: number;
  self: Holder;
  log: QueueLog | undefined;
  onReclaim: ((ticket: Ticket<Payload>, holder: Holder) => Promise<void>) | undefined;
  /** The leases that this process holds, by their tokens. */
  leases: Map<string, Lease<Payload>>;
  /** Tokens of claims that were cut off, so that this process doesn't know whether they were made. */
  lostClaims: Set<string>;
  /** Aborts when the queue is closed. */
  closed: AbortSignal;
}

/** A ticket that one claim holds. */
export interface Held {
  row: TicketRow;
  token: string;
  /** The job and which of its runs this is; without that, whichever it is. */
  attempt: JobAttempt | string;
}

const Anything = z.unknown();

/** Holds everybody else off this key until the transaction ends. The first lock that a transaction takes. */
export async function lockKey<Payload>(parts: Parts<Payload>, tx: Db, keyHash: string): Promise<void> {
  await parts.database.query(
    tx,
    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
    [`${parts.table} ${parts.name} ${keyHash}`],
    Anything,
  );
}
