// One of the processes of the torture test on Postgres.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { TransientError, UserError } from "../../../src/errors.ts";
import type { Queue } from "../../../src/queue/contract.ts";
import { openDatabase } from "../../../src/queue/postgres/database.ts";
import { createPostgresQueue } from "../../../src/queue/postgres/postgres-queue.ts";
import { Payload } from "../claims.ts";
import { openLedger } from "../torture/ledger.ts";
import { work } from "../torture/work.ts";

const { url, folder } = z
  .object({ url: z.string(), folder: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ""));
const ledger = openLedger(folder);
const log = {
  info: () => undefined,
  warn: () => undefined,
  error(fields: object, message: string) {
    const line = `${message} ${JSON.stringify(fields)}`;
    if (!line.includes("the database is away")) ledger.write("errors", line);
  },
};

/** As whoever watches over a service starts it again: the database may be away just now. */
async function open(): Promise<Queue<Payload>> {
  for (;;) {
    try {
      const database = await openDatabase({ url, sweepMs: 500, maxConnections: 6, log });
      try {
        return await createPostgresQueue({
          database,
          name: "jobs",
          payload: Payload,
          maxCrashes: 1000,
          leaseMs: 600_000,
          log,
        });
      } catch (error) {
        await database.close();
        throw error;
      }
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof TransientError)) throw error;
      await delay(100);
    }
  }
}

const queue = await open();
process.send?.("ready");
process.on("disconnect", () => process.exit());
await work(queue, ledger, log);
