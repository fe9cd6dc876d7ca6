// Once a minute someone looks for what no event tells of: a holder that died, an event that the kernel dropped
// (IN_Q_OVERFLOW, inotify(7)).
import { statSync } from "node:fs";
import type { QueueState } from "../../job/queue-state.ts";
import type { Parts } from "./parts.ts";
import { dropStaleRequests, repairDrafts } from "./repair.ts";
import { readFolders } from "./watch.ts";

/** Sweeps every `sweepMs`, never twice at the same time, until it is stopped. */
export function startSweeping<Payload>(
  parts: Parts<Payload>,
  options: { sweepMs: number; recoverRunning: () => Promise<void> },
): { stop(): Promise<void> } {
  const { layout, log } = parts;
  let lastSeen = foldersChangedAt();
  let running: Promise<void> | undefined;

  function foldersChangedAt(): string {
    const folders: QueueState[] = ["pending", "running"];
    return folders.map((state) => statSync(layout.state(state), { bigint: true }).mtimeNs).join();
  }

  async function sweep(): Promise<void> {
    try {
      const changedAt = foldersChangedAt();
      // A quiet queue costs two looks, whatever its length.
      if (changedAt !== lastSeen) await readFolders(parts);
      lastSeen = changedAt;
      await repairDrafts(parts);
      await options.recoverRunning();
      // Wakes who waits for a time that came while the machine slept.
      parts.backlog.next();
      await dropStaleRequests(parts);
    } catch (error) {
      log?.error({ err: error }, "sweeping the queue's folders");
    }
    running = undefined;
  }

  const timer = setInterval(() => {
    running ??= sweep();
  }, options.sweepMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
