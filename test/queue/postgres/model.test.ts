import { TestClock } from "pg-boss";
import { type HolderProcess, startHolder } from "../holder-process.ts";
import { describeQueueModel, modelMaxCrashes } from "../model.ts";
import { createTestQueue, testDatabase, testServer } from "./server.ts";

const runs = Number(process.env["MODEL_RUNS"] ?? "4");
/** The database's own idea of the time, moved by hand. */
const clock = new TestClock();
const server = await testServer();
const [one, other] = [await testDatabase(server, { clock }), await testDatabase(server, { clock })];

describeQueueModel(
  "postgres",
  async () => {
    const queues = createTestQueue();
    const holders = new Set<HolderProcess>();
    let opened = 0;
    return {
      async open() {
        const process = await startHolder();
        holders.add(process);
        opened += 1;
        const queue = await queues.open(opened % 2 === 1 ? one : other, {
          holder: process.holder,
          maxCrashes: modelMaxCrashes,
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
      now: () => new Date(clock.now()),
      advance: (ms) => clock.setTime(clock.now() + ms),
      settle: () => clock.setTime(clock.now() + 1),
      async end() {
        await queues.end();
        for (const process of holders) await process.kill();
      },
    };
  },
  { runs, timeoutMs: 60_000 + runs * 15_000 },
);
