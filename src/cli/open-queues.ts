// The three queues: in plain files, or in Postgres when DATABASE_URL says so.
import type { ZodType } from "zod";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Queue, Ticket } from "../queue/contract.ts";
import { createFsQueue } from "../queue/fsqueue/fsqueue.ts";
import type { Holder } from "../queue/holder.ts";
import type { Database } from "../queue/postgres/database.ts";
import { createPostgresQueue } from "../queue/postgres/postgres-queue.ts";
import { requireSharedFolder, type SharedFolder } from "../queue/postgres/shared-folder.ts";
import { queueFolders, type QueueName, ticketsInFiles } from "./queue-folders.ts";

interface QueueNeeds<Payload> {
  payload: ZodType<Payload>;
  /** A ticket whose holder died this many times is failed. */
  maxCrashes: number;
  /** Before a dead holder's ticket may be worked on again; see the engines' options. */
  onReclaim?: (ticket: Ticket<Payload>, holder: Holder) => Promise<void>;
}

interface QueueRoom {
  open<Payload>(name: QueueName, needs: QueueNeeds<Payload>): Promise<Queue<Payload>>;
}

/** What every machine of a database shares besides it. */
export function artifactsFolder(config: Pick<Config, "ARTIFACTS_ROOT">): SharedFolder {
  return { name: "artifacts", path: config.ARTIFACTS_ROOT, variable: "ARTIFACTS_ROOT" };
}

/** Throws UserError when the artifacts' folder isn't the one that all machines of the database share. */
export async function openQueues(rooms: {
  config: Config;
  log: Log;
  database: Database | undefined;
}): Promise<QueueRoom> {
  const { config, log, database } = rooms;
  const shared = { leaseMs: config.RUNNER_RECLAIM_AFTER_SEC * 1000, log };
  if (!database) {
    const folders = queueFolders(config);
    return { open: (name, needs) => createFsQueue({ ...shared, ...needs, root: folders[name] }) };
  }
  for (const left of await ticketsInFiles(config)) {
    log.warn(left, "these tickets wait in files and are not in Postgres; see docs/postgres.md, Moving");
  }
  await requireSharedFolder(database, artifactsFolder(config));
  return { open: (name, needs) => createPostgresQueue({ ...shared, ...needs, database, name }) };
}
