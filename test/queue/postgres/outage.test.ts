// The connection breaks: at the very moment of a commit, and for longer than a lease.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TransientError, UserError } from "../../../src/errors.ts";
import { LeaseLostError, type Queue } from "../../../src/queue/contract.ts";
import { type Database, openDatabase } from "../../../src/queue/postgres/database.ts";
import { thisProcess } from "../../../src/queue/holder.ts";
import { abortOf, nextClaim, type Payload } from "../claims.ts";
import { ticket } from "../contract.ts";
import { commit, type Proxy, startProxy } from "./proxy.ts";
import { createTestQueue, testDatabase, testServer } from "./server.ts";

const server = await testServer();
/** Another process, whose connection is never cut. */
const direct = await testDatabase(server);

let proxy: Proxy;
let database: Database;
let queues: ReturnType<typeof createTestQueue>;
let queue: Queue<Payload>;
let witness: Queue<Payload>;
beforeEach(async () => {
  proxy = await startProxy(server.port);
  database = await openDatabase({ url: proxy.through(server.url), maxConnections: 5 });
  queues = createTestQueue();
  queue = await queues.open(database);
  witness = await queues.open(direct);
});
afterEach(async () => {
  await proxy.mend();
  await queues.end();
  await database.close();
  await proxy.end();
});

/** Ends with an error that says to try again. */
async function expectAway(work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransientError);
  expect(String(error)).toContain("the database is away");
}

/** Asks until the database answers: a connection that was cut may be noticed only now. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      await new Promise(setImmediate);
    }
  }
}

const moments = [
  ["before the server hears of the commit", false],
  ["after the server has committed", true],
] as const;

describe.each(moments)("a connection that breaks %s", (_, heard) => {
  test("while a ticket is enqueued: the same again makes it one ticket", async () => {
    const cut = proxy.cutAt(commit, { heard });
    await expectAway(queue.enqueue(ticket("a")));
    await cut;
    await expectAway(queue.enqueue(ticket("a")));
    await proxy.mend();
    await expect.poll(async () => (await witness.counts()).pending).toBe(heard ? 1 : 0);
    expect(await answered(() => queue.enqueue(ticket("a")))).toBe(heard ? "duplicate" : "queued");
    expect((await witness.counts()).pending).toBe(1);
    expect(await witness.enqueue(ticket("a"))).toBe("duplicate");
  });

  test("while a ticket is claimed: it is not left running, and the attempt isn't counted", async () => {
    await queue.enqueue(ticket("a"));
    const cut = proxy.cutAt(commit, { heard });
    await expectAway(queue.claim());
    await cut;
    await expectAway(queue.claim());
    await proxy.mend();
    const claim = await answered(() => nextClaim(queue));
    expect(claim.ticket).toMatchObject({ id: "a", attempts: 1, crashes: 0 });
    await claim.complete();
    expect(await witness.counts()).toMatchObject({ pending: 0, running: 0, done: 1 });
  });

  test.each(["complete", "fail", "park", "retry", "release"] as const)(
    "while a claim ends by %s: it ends once, and the next of the key comes after it",
    async (verb) => {
      await queue.enqueue(ticket("a", { key: "k" }));
      await queue.enqueue(ticket("b", { key: "k" }));
      const claim = await nextClaim(queue);
      const cut = proxy.cutAt(commit, { heard });
      const ending = claim[verb]("the word");
      await cut;
      await proxy.mend();
      await ending;
      const state = {
        complete: "done",
        fail: "failed",
        park: "awaiting_approval",
        retry: "pending",
        release: "pending",
      };
      const ended = await witness.find("a");
      expect(ended).toMatchObject({ state: state[verb], attempts: verb === "release" ? 0 : 1, crashes: 0 });
      const next = await nextClaim(witness);
      expect(next.ticket.id).toBe(state[verb] === "pending" ? "a" : "b");
      await expect(claim.complete()).rejects.toBeInstanceOf(LeaseLostError);
      expect(await witness.counts()).toMatchObject({ running: 1 });
      await next.complete();
    },
  );

  test("while a waiting ticket is cancelled, approved or requeued: the same again does no harm", async () => {
    await queue.enqueue(ticket("a"));
    let cut = proxy.cutAt(commit, { heard });
    await expectAway(queue.cancel("a", "no"));
    await cut;
    await proxy.mend();
    expect(await answered(() => queue.cancel("a", "no"))).toBe(heard ? "finished" : "cancelled");
    cut = proxy.cutAt(commit, { heard });
    await expectAway(queue.requeue("a", "yes"));
    await cut;
    await proxy.mend();
    expect(await answered(() => queue.requeue("a", "yes"))).toBe(!heard);
    await (await answered(() => nextClaim(queue))).park("look");
    cut = proxy.cutAt(commit, { heard });
    await expectAway(queue.approve("a", "fine"));
    await cut;
    await proxy.mend();
    expect(await answered(() => queue.approve("a", "fine"))).toBe(!heard);
    await (await nextClaim(witness)).complete();
    expect(await witness.counts()).toEqual({
      pending: 0,
      running: 0,
      done: 1,
      failed: 0,
      cancelled: 0,
      awaiting_approval: 0,
    });
  });
});

describe("while the database is away", () => {
  test("every question is answered by an error that says to try again", async () => {
    await queue.enqueue(ticket("a"));
    await proxy.cut();
    await expectAway(queue.find("a"));
    await expectAway(queue.list("pending"));
    await expectAway(queue.counts());
    await expectAway(queue.position("a"));
    await expectAway(queue.estimateStart("a"));
    await expectAway(queue.settle("a", "no"));
    await expectAway(queue.unlock("a", "no"));
    await expectAway(queue.forget(new Date()));
    expect((await witness.find("a"))?.state).toBe("pending");
  });

  test("what others do is heard of once it is back: new tickets, and that a running one is to end", async () => {
    await queue.enqueue(ticket("a"));
    const claim = await nextClaim(queue);
    expect(await queue.claim()).toBeUndefined();
    const patience = AbortSignal.timeout(30_000);
    const woken = queue.wake(patience);
    await proxy.cut();
    expect(await witness.cancel("a", "not wanted any more")).toBe("requested");
    await witness.enqueue(ticket("b"));
    await proxy.mend();
    expect(String(await abortOf(claim))).toContain("not wanted any more");
    await woken;
    expect(patience.aborted).toBe(false);
    expect((await answered(() => nextClaim(queue))).ticket.id).toBe("b");
    await claim.cancelled("not wanted any more");
    expect((await witness.find("a"))?.state).toBe("cancelled");
  });

  test("a claim lives on, within its lease, and ends as it was to end", async () => {
    await queue.enqueue(ticket("a"));
    const claim = await nextClaim(queue);
    await proxy.cut();
    const ending = claim.complete("well done");
    await expectAway(queue.counts());
    expect(claim.signal.aborted).toBe(false);
    await proxy.mend();
    await ending;
    expect(await witness.find("a")).toMatchObject({ state: "done", note: "well done", attempts: 1 });
  });
});

test.each(["stop", "crash"] as const)(
  "a server that has a %s and starts again finds everybody alive",
  async (how) => {
    for (const id of ["a", "b", "c"]) {
      await queue.enqueue(ticket(id, { key: "k" }));
      const claim = await nextClaim(queue);
      const woken = witness.wake(AbortSignal.timeout(20_000));
      expect(await witness.claim()).toBeUndefined();
      await server[how]();
      await expectAway(witness.counts());
      await server.start();
      await woken;
      await claim.complete();
      expect(await witness.find(id)).toMatchObject({ state: "done", attempts: 1 });
    }
  },
);

test("a process without its database for longer than a lease gives up before another one begins", async () => {
  const lease = { leaseMs: 10_000 };
  const mine = createTestQueue();
  const cutOff = await mine.open(database, lease);
  await cutOff.enqueue(ticket("a"));
  const claim = await nextClaim(cutOff);
  let abortedAt = 0;
  claim.signal.addEventListener("abort", () => {
    abortedAt = performance.now();
  });
  await proxy.cut();
  const lost = claim.complete().catch((error: unknown) => error);

  // The other process can't look this one up, as if it were on another machine.
  const elsewhere = await openDatabase({ url: server.url, sweepMs: 1000, maxConnections: 3 });
  const other = { boot_id: "00000000-0000-4000-8000-000000000000", machine_id: "0".repeat(32) };
  const holder = { ...thisProcess(), ...other };
  const queueElsewhere = await mine.open(elsewhere, { ...lease, holder });
  const second = await nextClaim(queueElsewhere, 40_000);
  expect(abortedAt).toBeGreaterThan(0);
  expect(abortedAt).toBeLessThan(performance.now());
  expect(second).toMatchObject({ epoch: claim.epoch + 2, ticket: { id: "a", crashes: 1 } });
  expect(await lost).toBeInstanceOf(LeaseLostError);
  await proxy.mend();
  await expect(claim.assertHeld()).rejects.toBeInstanceOf(LeaseLostError);
  await second.complete();
  expect(await queueElsewhere.counts()).toMatchObject({ done: 1, running: 0, pending: 0 });
  await mine.end();
  await elsewhere.close();
});

test("a server that says good-bye in one piece with a connection's start does not end the process", async () => {
  const ownProxy = await startProxy(server.port);
  const fresh = await openDatabase({ url: ownProxy.through(server.url), maxConnections: 5 });
  const said = ownProxy.sayGoodBye();
  // More than stand already, so that others are made. The first of those meets it, or one that pg-boss makes for itself.
  const ends = await Promise.allSettled(
    Array.from({ length: 5 }, () =>
      fresh.transaction("asking", (tx) => tx.executeSql("SELECT pg_sleep(0.2)")),
    ),
  );
  const failures = ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
  await said;
  expect(failures.length).toBeLessThanOrEqual(1);
  for (const failure of failures) expect(failure).toContain("the database is away");
  expect((await fresh.db.executeSql("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await fresh.close();
  await ownProxy.end();
});

test.each(["pg_advisory_xact_lock", "CREATE TABLE", 'LISTEN "patchbay_news"'])(
  "a process that is cut off while it starts, at %s, says so and can start again",
  async (text) => {
    const cut = proxy.cutAt(text, { heard: true });
    const opened = openDatabase({ url: proxy.through(server.url), maxConnections: 5 });
    await expect(opened).rejects.toThrow(/^opening the database: .*check that DATABASE_URL is right/);
    await expect(opened).rejects.toBeInstanceOf(UserError);
    await cut;
    await proxy.mend();
    const again = await openDatabase({ url: proxy.through(server.url), maxConnections: 5 });
    expect((await again.db.executeSql("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await again.close();
  },
);
