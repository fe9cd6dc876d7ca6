// The three queues: in plain files, or in Postgres when DATABASE_URL says so.
import { join } from "node:path";
import type { ZodType } from "zod";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Queue, Ticket } from "../queue/contract.ts";
import { createFsQueue } from "../queue/fsqueue/fsqueue.ts";
import type { Holder } from "../queue/holder.ts";
import { openDatabase } from "../queue/postgres/database.ts";
import { createPostgresQueue } from "../queue/postgres/postgres-queue.ts";
import { requireSharedFolder, type SharedFolder } from "../queue/postgres/shared-folder.ts";

type QueueName = "inbox" | "jobs" | "outbox";

interface QueueNeeds<Payload> {
  payload: ZodType<Payload>;
  /** A ticket whose holder died this many times is failed. */
  maxCrashes: number;
  /** Before a dead holder's ticket may be worked on again; see the engines' options. */
  onReclaim?: (ticket: Ticket<Payload>, holder: Holder) => Promise<void>;
}

interface QueueRoom {
  open<Payload>(name: QueueName, needs: QueueNeeds<Payload>): Promise<Queue<Payload>>;
  /** After every queue of it is closed. */
  close(): Promise<void>;
}

/** In a database a dead runner is looked for this often at least, and four times in the length of a lease. */
const longestSweepMs = 60_000;

/** What every machine of a database shares besides it. */
export function artifactsFolder(config: Pick<Config, "ARTIFACTS_ROOT">): SharedFolder {
  return { name: "artifacts", path: config.ARTIFACTS_ROOT, variable: "ARTIFACTS_ROOT" };
}

/** Throws UserError when the database can't be used, or the artifacts' folder isn't the one that all share. */
export async function openQueues(config: Config, log: Log): Promise<QueueRoom> {
  const shared = { leaseMs: config.RUNNER_RECLAIM_AFTER_SEC * 1000, log };
  if (config.DATABASE_URL === undefined) {
    const roots: Record<QueueName, string> = {
      inbox: join(config.DATA_ROOT, "inbox"),
      jobs: config.queueRoot,
      outbox: join(config.DATA_ROOT, "outbox"),
    };
    return {
      open: (name, needs) => createFsQueue({ ...shared, ...needs, root: roots[name] }),
      close: async () => undefined,
    };
  }
  const sweepMs = Math.min(longestSweepMs, shared.leaseMs / 4);
  const database = await openDatabase({ url: config.DATABASE_URL, sweepMs, log });
  try {
    await requireSharedFolder(database, artifactsFolder(config));
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    open: (name, needs) => createPostgresQueue({ ...shared, ...needs, database, name }),
    close: () => database.close(),
  };
}
