import { existsSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { type HolderProcess, startHolder } from "../holder-process.ts";
import { describeQueueModel, modelMaxCrashes } from "../model.ts";
import { createTestFolder } from "./folder.ts";

const runs = Number(process.env["MODEL_RUNS"] ?? "60");
/** These tests sync more often than a disk likes, and none of them cuts the power. */
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : undefined;

describeQueueModel(
  "fsqueue",
  async () => {
    const folder = createTestFolder(inMemory);
    const holders = new Set<HolderProcess>();
    let nowMs = Date.now();
    return {
      async open() {
        const process = await startHolder();
        holders.add(process);
        const queue = await folder.open({
          holder: process.holder,
          maxCrashes: modelMaxCrashes,
          clock: () => new Date(nowMs),
        });
        return {
          queue,
          async crash() {
            holders.delete(process);
            await process.kill();
            await queue.close();
          },
        };
      },
      now: () => new Date(nowMs),
      async advance(ms) {
        nowMs += ms;
      },
      async settle() {
        nowMs += 1;
        // The kernel's events are in the queue already; they are read when the event loop polls.
        for (let i = 0; i < 3; i += 1) await turn();
      },
      async end() {
        await folder.end();
        for (const process of holders) await process.kill();
      },
    };
  },
  { runs, timeoutMs: 60_000 + runs * 500 },
);
