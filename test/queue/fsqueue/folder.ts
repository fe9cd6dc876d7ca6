// A folder for one test's queue, and the queues that were opened on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Queue } from "../../../src/queue/contract.ts";
import { createFsQueue } from "../../../src/queue/fsqueue/fsqueue.ts";
import type { FsQueueOptions } from "../../../src/queue/fsqueue/parts.ts";
import { Payload } from "../claims.ts";

export function createTestFolder(parent: string = tmpdir()) {
  const root = mkdtempSync(join(parent, "patchbay-queue-"));
  const opened: Queue<Payload>[] = [];
  return {
    root,
    path: (...names: string[]) => join(root, ...names),
    async open(options: Partial<FsQueueOptions<Payload>> = {}): Promise<Queue<Payload>> {
      const queue = await createFsQueue({
        root,
        payload: Payload,
        maxCrashes: 3,
        leaseMs: 600_000,
        ...options,
      });
      opened.push(queue);
      return queue;
    },
    async end(): Promise<void> {
      for (const queue of opened) await queue.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
