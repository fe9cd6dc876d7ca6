// One of the processes of the torture test on Postgres.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { TransientError, UserError } from "../../../src/errors.ts";
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
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof TransientError)) throw error;
      await delay(100);
    }
  }
}

const database = await insist(() => openDatabase({ url, sweepMs: 500, maxConnections: 6, log }));
const queue = await insist(() =>
  createPostgresQueue({
    database,
    name: "jobs",
    payload: Payload,
    maxCrashes: 1000,
    leaseMs: 600_000,
    log,
  }),
);
process.send?.("ready");
process.on("disconnect", () => process.exit());
await work(queue, ledger, log);
