// What the files of the fsqueue share: one queue's folders, tools and knowledge.
import type { ZodType } from "zod";
import type { Ticket } from "../contract.ts";
import type { QueueLog } from "../queue-log.ts";
import type { Backlog } from "./backlog.ts";
import type { Drafts } from "./drafts.ts";
import type { FolderLock } from "../../io/folder-lock.ts";
import type { SyncedFolder } from "./folder-sync.ts";
import type { Holder } from "../holder.ts";
import type { Layout } from "./layout.ts";
import type { Lease } from "./lease.ts";
import type { Runs } from "./runs.ts";
import type { SmallFiles } from "./small-files.ts";

export interface FsQueueOptions<Payload> {
  /** The queue's folder; it is made when it isn't there. On a local disk. */
  root: string;
  /** What a payload must look like to be a ticket's. */
  payload: ZodType<Payload>;
  /** A ticket whose holder died this many times goes to failed/. */
  maxCrashes: number;
  /** A lease that wasn't renewed for this long is over. */
  leaseMs: number;
  /** How often a lease is renewed; a quarter of `leaseMs` unless told. */
  heartbeatMs?: number;
  /** How often to look for what no event told of; 60 s unless told. */
  sweepMs?: number;
  clock?: () => Date;
  /** Who opens the queue; this process unless told. */
  holder?: Holder;
  log?: QueueLog;
  /**
   * Called after a dead holder's ticket was taken over and before it may run again: end what is left of the
   * holder's work. While it throws the ticket stays where it is, and it is called again at the next sweep.
   */
  onReclaim?: (ticket: Ticket<Payload>, holder: Holder) => Promise<void>;
}

export interface Parts<Payload> {
  layout: Layout;
  lock: FolderLock;
  drafts: Drafts;
  small: SmallFiles;
  runs: Runs;
  backlog: Backlog;
  sequence: { next(): number; observe(used: number): void };
  /** Makes the names of these folders durable. */
  sync: (...folders: SyncedFolder[]) => Promise<void>;
  /** The leases that this process holds, by the names of their tickets. */
  leases: Map<string, Lease<Payload>>;
  self: Holder;
  now: () => Date;
  log: QueueLog | undefined;
  payload: ZodType<Payload>;
  maxCrashes: number;
  leaseMs: number;
  heartbeatMs: number;
  onReclaim: ((ticket: Ticket<Payload>, holder: Holder) => Promise<void>) | undefined;
}
