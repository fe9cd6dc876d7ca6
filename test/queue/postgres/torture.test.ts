// Processes enqueue, claim and end tickets while they are killed, the connection is cut and the server restarted.
//
// TORTURE_SECONDS makes it longer (6 unless told); a long one is without the database for 30 s once.
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { openDatabase } from "../../../src/queue/postgres/database.ts";
import { temporaryFolder } from "../../temp-folder.ts";
import { nextClaim } from "../claims.ts";
import { openLedger } from "../torture/ledger.ts";
import { supervise } from "../torture/supervise.ts";
import { startProxy } from "./proxy.ts";
import { createTestQueue, testServer } from "./server.ts";

const seconds = Number(process.env["TORTURE_SECONDS"] ?? "6");
const isLong = seconds >= 60;
const program = fileURLToPath(new URL("torture-worker.ts", import.meta.url));
const server = await testServer();
const folder = await temporaryFolder();
const Ended = z.object({ id: z.string(), state: z.string(), job_state: z.string().nullable() });

test("nothing is lost, doubled or run beside its like", { timeout: (seconds + 180) * 1000 }, async () => {
  const ledger = openLedger(join(folder, "ledger"));
  const proxy = await startProxy(server.port);
  const endAt = performance.now() + seconds * 1000;
  const giveUpAt = endAt + 60_000;
  const outages = { restarts: 0, crashes: 0, cuts: 0, long: 0 };
  const enough = (): boolean =>
    ledger.read("effects").length >= 100 && outages.crashes > 0 && outages.restarts > 0 && outages.cuts > 1;
  // On a slow machine it goes on until enough has happened to tell something.
  const goesOn = (): boolean => performance.now() < endAt || (!enough() && performance.now() < giveUpAt);

  async function trouble(): Promise<void> {
    if (isLong) {
      await delay(3000);
      await proxy.cut();
      await delay(30_000);
      await proxy.mend();
      outages.long += 1;
    }
    for (let n = 0; goesOn(); n += 1) {
      await delay(300 + Math.random() * 700);
      if (n % 4 === 1) {
        await server.crash();
        await server.start();
        outages.crashes += 1;
      } else if (n % 4 === 3) {
        await server.stop();
        await server.start();
        outages.restarts += 1;
      } else {
        await proxy.cut();
        await delay(Math.random() * 500);
        await proxy.mend();
        outages.cuts += 1;
      }
    }
  }
  const [kills] = await Promise.all([
    supervise({
      program,
      argument: { url: proxy.through(server.url), folder: join(folder, "ledger") },
      workers: 2,
      longestMs: isLong ? 4000 : 2000,
      goesOn,
    }),
    trouble(),
  ]);
  await proxy.end();

  const database = await openDatabase({ url: server.url });
  const queues = createTestQueue("jobs");
  const queue = await queues.open(database, { maxCrashes: 1000 });
  expect((await queue.counts()).running).toBe(0);
  const leftOver = new Set<string>();
  while ((await queue.counts()).pending > 0) {
    const claim = await nextClaim(queue);
    leftOver.add(claim.ticket.id);
    await claim.complete();
  }

  const ended = await database.query(
    database.db,
    `SELECT t.id, t.state, j.state::text AS job_state FROM patchbay.ticket AS t
     FULL JOIN patchbay.job AS j ON j.name = t.queue AND j.id = t.job_id`,
    [],
    Ended,
  );
  const promised = ledger.read("promised");
  const effects = new Set(ledger.read("effects"));
  console.log(
    `torture: ${kills} kills, ${JSON.stringify(outages)}, ${promised.length} promised, ${ledger.read("effects").length} effects`,
  );
  expect(ledger.read("violations")).toEqual([]);
  expect(ledger.read("errors")).toEqual([]);
  expect(promised.length).toBeGreaterThan(50);
  const known = new Set(ended.map(({ id }) => id));
  expect(promised.filter((id) => !known.has(id))).toEqual([]);
  expect(new Set(promised).size).toBe(promised.length);
  expect(known.size).toBe(ended.length);
  for (const { id, state, job_state } of ended)
    expect([id, `${state} is ${job_state}`]).toEqual([
      id,
      expect.stringMatching(/^(?:done is completed|failed is failed)$/),
    ]);
  // What was still pending was ended by this test and not by a worker.
  const byWorkers = ended.map(({ id }) => id).filter((id) => !leftOver.has(id));
  expect(byWorkers.filter((id) => !effects.has(id))).toEqual([]);
  expect(byWorkers.filter((id) => ledger.publications(id) !== 1)).toEqual([]);
  expect([...leftOver].filter((id) => ledger.publications(id) > 1)).toEqual([]);
  await queues.end();
  await database.close();
});
