// The two timers of a queue: leases that this process holds are renewed, and once a minute someone looks for what no
// event tells of: a holder that died, an event that the kernel dropped (IN_Q_OVERFLOW, inotify(7)).
import { statSync } from "node:fs";
import type { QueueState } from "../../job/queue-state.ts";
import type { Parts } from "./parts.ts";
import { dropStaleRequests, repairDrafts } from "./repair.ts";
import { readFolders } from "./watch.ts";

export function startSweeping<Payload>(
  parts: Parts<Payload>,
  options: { sweepMs: number; heartbeatMs: number; recoverRunning: () => Promise<void> },
): { stop(): Promise<void> } {
  const { layout, leases, log } = parts;
  let lastSeen = foldersChangedAt();

  function foldersChangedAt(): string {
    const folders: QueueState[] = ["pending", "running"];
    return folders.map((state) => statSync(layout.state(state), { bigint: true }).mtimeNs).join();
  }

  async function beat(): Promise<void> {
    for (const lease of leases.values()) {
      try {
        await lease.beat();
        await lease.lookForCancel();
      } catch (error) {
        log?.error({ ticket: lease.claim.ticket.id, err: error }, "renewing a lease");
      }
    }
  }

  async function sweep(): Promise<void> {
    const changedAt = foldersChangedAt();
    // A quiet queue costs two looks, whatever its length.
    if (changedAt !== lastSeen) await readFolders(parts);
    lastSeen = changedAt;
    await repairDrafts(parts);
    await options.recoverRunning();
    await dropStaleRequests(parts);
  }

  const timers = [
    every(options.heartbeatMs, beat, (error) => log?.error({ err: error }, "renewing the leases")),
    every(options.sweepMs, sweep, (error) => log?.error({ err: error }, "sweeping the queue's folders")),
  ];
  return {
    async stop() {
      await Promise.all(timers.map((timer) => timer.stop()));
    },
  };
}

/** Runs `step` every `periodMs`, never twice at the same time. */
function every(periodMs: number, step: () => Promise<void>, onError: (error: unknown) => void) {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= step()
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
  }, periodMs);
  timer.unref();
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
}
