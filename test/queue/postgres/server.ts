// One Postgres for a test file, one schema in it, and for each test a queue of another name.
import { afterAll } from "vitest";
import { type Postgres, startPostgres } from "../../../demo/postgres/start.ts";
import type { Queue } from "../../../src/queue/contract.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../../src/queue/postgres/database.ts";
import type { PostgresQueueOptions } from "../../../src/queue/postgres/parts.ts";
import { createPostgresQueue } from "../../../src/queue/postgres/postgres-queue.ts";
import { Payload } from "../claims.ts";

/** Starts the server; call it at the top of a file. No test cuts the power, so nothing has to reach the disk. */
export async function testServer(): Promise<Postgres> {
  const server = await startPostgres({ settings: { fsync: "off" } });
  afterAll(() => server.end());
  return server;
}

/** Opens the database once for the whole file, as one process would. */
export async function testDatabase(
  server: Pick<Postgres, "url">,
  options: Partial<DatabaseOptions> = {},
): Promise<Database> {
  const database = await openDatabase({ url: server.url, maxConnections: 5, ...options });
  // Before the server's own end: these run in reverse order.
  afterAll(() => database.close());
  return database;
}

let counter = 0;

/** A queue that nobody else has unless named, as often as it is to be opened. */
export function createTestQueue(ownName?: string) {
  counter += 1;
  const name = ownName ?? `jobs-${counter}`;
  const opened: Queue<Payload>[] = [];
  return {
    name,
    async open(
      database: Database,
      options: Partial<PostgresQueueOptions<Payload>> = {},
    ): Promise<Queue<Payload>> {
      const queue = await createPostgresQueue({
        database,
        name,
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
    },
  };
}
