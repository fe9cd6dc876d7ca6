// The queue in plain files: no database, no broker, one machine.
//
// A ticket is a JSON file, its state is the folder in which it lies, and it moves by rename(2). See ticket-name.ts
// for the order, enqueue.ts, claim.ts and lease.ts for the three moves of a ticket's life and what a crash leaves
// of each, recover.ts and repair.ts for who mends it.
import type { Queue } from "../contract.ts";
import { createBacklog } from "./backlog.ts";
import { claimNext } from "./claim.ts";
import { openDrafts } from "./drafts.ts";
import { createEnqueue } from "./enqueue.ts";
import { estimate } from "./estimate.ts";
import { openFolderLock } from "../../io/folder-lock.ts";
import { openFolderSyncs } from "./folder-sync.ts";
import { forget } from "./forget.ts";
import { thisProcess } from "../holder.ts";
import { createLayout } from "./layout.ts";
import type { Lease } from "./lease.ts";
import { createListing } from "./listing.ts";
import { find, locate } from "./look-up.ts";
import { approve, cancel, requeue, settle, unlock } from "./move-waiting.ts";
import type { FsQueueOptions, Parts } from "./parts.ts";
import { prepareFolder } from "./prepare-folder.ts";
import { createRecovery } from "./recover.ts";
import { dropStaleKeys, dropStaleRequests, repairDrafts } from "./repair.ts";
import { createRuns } from "./runs.ts";
import { createSmallFiles } from "./small-files.ts";
import { startSweeping } from "./sweep.ts";
import { createSequence } from "./ticket-name.ts";
import { createWaiters } from "../waiters.ts";
import { readFolders, watchFolders } from "./watch.ts";

/**
 * Opens the queue in `root`: mends what dead processes left, then listens. Throws UserError when the folder can't be
 * written, is on a network file system, or is of a later version.
 * Several processes may open the same folder.
 */
export async function createFsQueue<Payload>(options: FsQueueOptions<Payload>): Promise<Queue<Payload>> {
  const { leaseMs, heartbeatMs = leaseMs / 4, sweepMs = 60_000, log } = options;
  const now = options.clock ?? (() => new Date());
  const layout = createLayout(options.root);
  await prepareFolder(layout);

  const self = options.holder ?? thisProcess();
  const lock = openFolderLock(layout.lock);
  const drafts = await openDrafts(layout.tmp, self, lock);
  const syncs = await openFolderSyncs(layout);
  const waiters = createWaiters();
  const parts: Parts<Payload> = {
    layout,
    lock,
    drafts,
    small: createSmallFiles(layout, drafts.folder),
    runs: createRuns(layout),
    backlog: createBacklog({ now, onReady: waiters.wakeAll }),
    sequence: createSequence(now),
    sync: syncs.sync,
    leases: new Map<string, Lease<Payload>>(),
    self,
    now,
    log,
    payload: options.payload,
    maxCrashes: options.maxCrashes,
    leaseMs,
    heartbeatMs,
    onReclaim: options.onReclaim,
  };
  const listing = createListing(parts);
  const recoverRunning = createRecovery(parts);
  const unwatch = watchFolders(parts, (error) => log?.error({ err: error }, "watching the queue's folders"));
  let sweeping: { stop(): Promise<void> } | undefined;
  let closed = false;

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    unwatch();
    await sweeping?.stop();
    parts.backlog.close();
    for (const lease of parts.leases.values()) lease.lose();
    waiters.wakeAll();
    await drafts.close();
    await syncs.close();
    lock.close();
  }

  try {
    await readFolders(parts);
    await repairDrafts(parts);
    await recoverRunning();
    await dropStaleRequests(parts);
    await dropStaleKeys(parts);
    sweeping = startSweeping(parts, { sweepMs, recoverRunning });
  } catch (error) {
    await close();
    throw error;
  }

  return {
    enqueue: createEnqueue(parts),
    async claim() {
      return closed ? undefined : (await claimNext(parts))?.claim;
    },
    async wake(signal) {
      if (closed || signal.aborted || parts.backlog.next() !== undefined) return;
      await waiters.wait(signal);
    },
    find: (id) => find(parts, id),
    list: listing.list,
    counts: listing.counts,
    async position(id) {
      const place = await lock.run(() => locate(parts, id));
      return place?.state === "pending" ? parts.backlog.pending.rank(place.name) : undefined;
    },
    estimateStart: (id) => estimate(parts, id),
    cancel: (id, note) => cancel(parts, id, note),
    approve: (id, note) => approve(parts, id, note),
    settle: (id, note) => settle(parts, id, note),
    requeue: (id, note) => requeue(parts, id, note),
    unlock: (id, note) => unlock(parts, id, note),
    forget: (before) => forget(parts, before),
    close,
  };
}
