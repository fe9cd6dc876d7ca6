// What every queue promises, as tests. An engine passes when all of them do.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { abortOf, nextClaim, type Payload } from "./claims.ts";
import {
  CancelRequested,
  type Claim,
  LeaseLostError,
  type NewTicket,
  type Queue,
} from "../../src/queue/contract.ts";

export interface QueueUnderTest {
  /** Opens the same queue once more, as another process would. */
  open(): Promise<Queue<Payload>>;
  /** Closes what was opened and removes what was stored. */
  end(): Promise<void>;
}

let counter = 0;
/** A ticket with a key of its own unless told. */
export function ticket(id: string, more: Partial<NewTicket<Payload>> = {}): NewTicket<Payload> {
  counter += 1;
  return { id, key: `key of ${id}`, payload: { n: counter }, ...more };
}

export function describeQueueContract(name: string, setUp: () => Promise<QueueUnderTest>): void {
  describe(`the queue's contract: ${name}`, () => {
    let underTest: QueueUnderTest;
    let queue: Queue<Payload>;
    beforeEach(async () => {
      underTest = await setUp();
      queue = await underTest.open();
    });
    afterEach(() => underTest.end());

    const later = (ms: number): Date => new Date(Date.now() + ms);
    async function enqueueAll(...tickets: NewTicket<Payload>[]): Promise<void> {
      for (const one of tickets) expect(await queue.enqueue(one)).toBe("queued");
    }

    describe("enqueue", () => {
      test("keeps what it was given", async () => {
        const payload = { n: 7, text: 'ä\u0000\u2028"\\' };
        await enqueueAll(ticket("job-1", { key: "acme/shop#42", payload, priority: 3 }));
        const found = await queue.find("job-1");
        expect(found).toMatchObject({
          id: "job-1",
          key: "acme/shop#42",
          payload,
          priority: 3,
          state: "pending",
        });
        expect(found).toMatchObject({ attempts: 0, crashes: 0, notBefore: undefined, note: undefined });
        expect(Math.abs(Date.now() - Number(found?.enqueuedAt))).toBeLessThan(60_000);
      });

      test("an id is a duplicate in every state", async () => {
        await enqueueAll(
          ...["pending", "running", "done", "failed", "cancelled", "parked"].map((id) => ticket(id)),
        );
        await queue.cancel("cancelled", "no");
        expect((await nextClaim(queue)).ticket.id).toBe("pending");
        await (await nextClaim(queue)).assertHeld();
        await (await nextClaim(queue)).complete();
        await (await nextClaim(queue)).fail("broken");
        await (await nextClaim(queue)).park("please look");
        for (const id of ["pending", "running", "done", "failed", "cancelled", "parked"]) {
          expect([id, await queue.enqueue(ticket(id))]).toEqual([id, "duplicate"]);
        }
        expect(await queue.claim()).toBeUndefined();
      });

      test("of the same id at the same time, one is queued", async () => {
        const other = await underTest.open();
        const answers = await Promise.all(
          [queue, other, queue, other, queue].map((each) => each.enqueue(ticket("same", { key: "k" }))),
        );
        expect(answers.toSorted()).toEqual(["duplicate", "duplicate", "duplicate", "duplicate", "queued"]);
        expect((await queue.counts()).pending).toBe(1);
      });

      test("refuses an id that isn't one", async () => {
        await expect(queue.enqueue(ticket("../escape"))).rejects.toThrow("a ticket's id");
        await expect(queue.enqueue(ticket(".."))).rejects.toThrow("a ticket's id");
        await expect(queue.enqueue(ticket(""))).rejects.toThrow("a ticket's id");
      });

      test("ids are looked up exactly", async () => {
        await enqueueAll(ticket("a-b"), ticket("xb"));
        for (const id of ["b", "a", "a-", "*", "a-b.json", "../pending/a-b"]) {
          expect([id, await queue.find(id)]).toEqual([id, undefined]);
        }
        await enqueueAll(ticket("b"));
        expect((await queue.find("b"))?.id).toBe("b");
      });
    });

    describe("order", () => {
      test("first in, first out, whatever the ids", async () => {
        const ids = ["zz", "aa", "mm", "00", "zz2", "aa2"];
        await enqueueAll(...ids.map((id) => ticket(id)));
        const claimed: string[] = [];
        for (const _ of ids) claimed.push((await nextClaim(queue)).ticket.id);
        expect(claimed).toEqual(ids);
        expect(await queue.claim()).toBeUndefined();
      });

      test("the more urgent first", async () => {
        await enqueueAll(ticket("usual"), ticket("last", { priority: 9 }), ticket("urgent", { priority: 0 }));
        const claimed: string[] = [];
        for (let i = 0; i < 3; i += 1) claimed.push((await nextClaim(queue)).ticket.id);
        expect(claimed).toEqual(["urgent", "usual", "last"]);
      });

      test("not before its time, and then by itself", async () => {
        const notBefore = later(800);
        await enqueueAll(ticket("delayed", { notBefore }), ticket("now"));
        expect((await queue.find("delayed"))?.notBefore).toEqual(notBefore);
        expect((await nextClaim(queue)).ticket.id).toBe("now");
        expect(await queue.claim()).toBeUndefined();
        expect((await nextClaim(queue)).ticket.id).toBe("delayed");
        expect(Date.now()).toBeGreaterThanOrEqual(notBefore.getTime());
      });
    });

    describe("keys", () => {
      test("one of a key runs at a time and in order; others pass", async () => {
        await enqueueAll(
          ticket("a1", { key: "a" }),
          ticket("a2", { key: "a" }),
          ticket("a3", { key: "a" }),
          ticket("b1", { key: "b" }),
        );
        const a1 = await nextClaim(queue);
        expect((await nextClaim(queue)).ticket.id).toBe("b1");
        expect(await queue.claim()).toBeUndefined();
        await a1.complete();
        const a2 = await nextClaim(queue);
        expect([a1.ticket.id, a2.ticket.id]).toEqual(["a1", "a2"]);
        expect(await queue.claim()).toBeUndefined();
        await a2.fail("broken");
        expect((await nextClaim(queue)).ticket.id).toBe("a3");
      });

      test("hold between two that share the queue", async () => {
        const other = await underTest.open();
        await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }));
        const first = await nextClaim(other);
        expect(first.ticket.id).toBe("a1");
        expect(await queue.claim()).toBeUndefined();
        const second = nextClaim(queue);
        await first.complete();
        expect((await second).ticket.id).toBe("a2");
      });

      test("a ticket in back-off holds its key", async () => {
        const other = await underTest.open();
        await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a", priority: 0 }), ticket("b1"));
        const urgent = await nextClaim(queue);
        expect(urgent.ticket.id).toBe("a2");
        const notBefore = later(800);
        await urgent.retry("try later", notBefore);
        expect((await nextClaim(other)).ticket.id).toBe("b1");
        expect(await other.claim()).toBeUndefined();
        expect(await queue.claim()).toBeUndefined();
        const again = await nextClaim(other);
        expect(again.ticket).toMatchObject({ id: "a2", attempts: 2, note: "try later" });
        expect(Date.now()).toBeGreaterThanOrEqual(notBefore.getTime());
      });

      test("one that is tried again comes before those that came later, urgent or not", async () => {
        await enqueueAll(ticket("a1", { key: "a" }));
        const first = await nextClaim(queue);
        await enqueueAll(ticket("a2", { key: "a", priority: 0 }));
        await first.retry("again");
        expect((await nextClaim(queue)).ticket.id).toBe("a1");
      });
    });

    describe("verbs", () => {
      test.each([
        ["complete", "done", async (claim: Claim<Payload>) => claim.complete("fine")],
        ["fail", "failed", async (claim: Claim<Payload>) => claim.fail("fine")],
        ["cancelled", "cancelled", async (claim: Claim<Payload>) => claim.cancelled("fine")],
        ["park", "awaiting_approval", async (claim: Claim<Payload>) => claim.park("fine")],
        ["retry", "pending", async (claim: Claim<Payload>) => claim.retry("fine")],
      ] as const)("%s", async (_verb, state, end) => {
        await enqueueAll(ticket("a"));
        const claim = await nextClaim(queue);
        expect(claim.ticket).toMatchObject({ id: "a", state: "running", attempts: 1 });
        await claim.assertHeld();
        await end(claim);
        expect(await queue.find("a")).toMatchObject({ state, note: "fine", attempts: 1 });
        expect(await queue.counts()).toMatchObject({ running: 0, [state]: 1 });
        // Over is over.
        await expect(claim.assertHeld()).rejects.toThrow(LeaseLostError);
        await expect(claim.complete()).rejects.toThrow(LeaseLostError);
        await expect(claim.retry("x")).rejects.toThrow(LeaseLostError);
        expect(claim.signal.aborted).toBe(false);
      });

      test("release gives a ticket back as if it hadn't been claimed, but the epoch has risen", async () => {
        await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }));
        const first = await nextClaim(queue);
        await first.release();
        const again = await nextClaim(queue);
        expect(again.ticket).toMatchObject({ id: "a1", attempts: 1 });
        expect(again.epoch).toBeGreaterThan(first.epoch);
      });

      test("of two verbs at once, one counts", async () => {
        await enqueueAll(ticket("a"));
        const claim = await nextClaim(queue);
        const ends = await Promise.allSettled([claim.complete(), claim.fail("no")]);
        expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      });
    });

    describe("approval", () => {
      test("parking releases the key; approved it returns at the head", async () => {
        await enqueueAll(ticket("a1", { key: "a" }));
        await (await nextClaim(queue)).park("may I?");
        await enqueueAll(
          ticket("a2", { key: "a" }),
          ticket("a3", { key: "a", priority: 1 }),
          ticket("a4", { key: "a" }),
        );
        const running = await nextClaim(queue);
        expect(running.ticket.id).toBe("a3");
        expect(await queue.approve("a1", "yes")).toBe(true);
        expect(await queue.find("a1")).toMatchObject({ state: "pending", note: "yes" });
        expect(await queue.claim()).toBeUndefined();
        await running.complete();
        const approved = await nextClaim(queue);
        expect(approved.ticket).toMatchObject({ id: "a1", attempts: 2, priority: 5 });
        await approved.complete();
        expect(await queue.find("a1")).toMatchObject({ state: "done" });
      });

      test("comes before a more urgent one that waits", async () => {
        await enqueueAll(ticket("a1", { key: "a" }));
        await (await nextClaim(queue)).park("may I?");
        await enqueueAll(ticket("a2", { key: "a", priority: 0 }));
        expect(await queue.approve("a1", "yes")).toBe(true);
        expect(await queue.find("a1")).toMatchObject({ state: "pending", priority: 5 });
        expect(await queue.position("a1")).toBe(0);
        const first = await nextClaim(queue);
        expect(first.ticket.id).toBe("a1");
        await first.complete();
        expect((await nextClaim(queue)).ticket.id).toBe("a2");
        expect(await queue.find("a1")).toMatchObject({ state: "done" });
      });

      test("only of what is parked", async () => {
        await enqueueAll(ticket("a"));
        expect(await queue.approve("a", "yes")).toBe(false);
        expect(await queue.approve("unknown", "yes")).toBe(false);
      });
    });

    test("settle: what is parked is done without another run, and only that", async () => {
      await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }));
      await (await nextClaim(queue)).park("may I?");
      expect(await queue.settle("a2", "no")).toBe(false);
      expect(await queue.settle("a1", "released by @mona")).toBe(true);
      expect(await queue.find("a1")).toMatchObject({ state: "done", note: "released by @mona" });
      expect(await queue.settle("a1", "again")).toBe(false);
      expect(await queue.approve("a1", "too late")).toBe(false);
      expect(await queue.enqueue(ticket("a1", { key: "a" }))).toBe("duplicate");
      expect((await nextClaim(queue)).ticket.id).toBe("a2");
    });

    describe("cancel", () => {
      test("pending: at once, and the next of its key may run", async () => {
        await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }));
        expect(await queue.cancel("a1", "by @mona")).toBe("cancelled");
        expect(await queue.find("a1")).toMatchObject({ state: "cancelled", note: "by @mona" });
        expect((await nextClaim(queue)).ticket.id).toBe("a2");
      });

      test("in back-off: at once, and its key is free", async () => {
        await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }));
        await (await nextClaim(queue)).retry("later", later(3_600_000));
        expect(await queue.claim()).toBeUndefined();
        expect(await queue.cancel("a1", "no")).toBe("cancelled");
        expect((await nextClaim(queue)).ticket.id).toBe("a2");
      });

      test("parked: at once", async () => {
        await enqueueAll(ticket("a"));
        await (await nextClaim(queue)).park("may I?");
        expect(await queue.cancel("a", "no")).toBe("cancelled");
        expect(await queue.approve("a", "too late")).toBe(false);
      });

      test("running: the holder sees it, whoever asks", async () => {
        const other = await underTest.open();
        await enqueueAll(ticket("a"));
        const claim = await nextClaim(other);
        expect(await queue.cancel("a", "by @mona")).toBe("requested");
        const reason = await abortOf(claim);
        expect(reason).toBeInstanceOf(CancelRequested);
        expect(reason).toHaveProperty("message", "by @mona");
        await claim.assertHeld();
        await claim.cancelled("by @mona");
        expect(await queue.find("a")).toMatchObject({ state: "cancelled" });
      });

      test("running: a retry or a parking comes too late, a completion doesn't", async () => {
        await enqueueAll(ticket("a"), ticket("b"), ticket("c"));
        const [a, b, c] = [await nextClaim(queue), await nextClaim(queue), await nextClaim(queue)];
        for (const id of ["a", "b", "c"]) await queue.cancel(id, "stop");
        await a.retry("again");
        await b.park("may I?");
        await c.complete();
        expect(await queue.counts()).toMatchObject({
          cancelled: 2,
          done: 1,
          pending: 0,
          awaiting_approval: 0,
        });
        expect(await queue.find("a")).toMatchObject({ note: "stop" });
        // The request doesn't outlive what it was for.
        expect(await queue.requeue("c", "x")).toBe(false);
        expect(await queue.requeue("a", "after all")).toBe(true);
        await (await nextClaim(queue)).complete();
        expect(await queue.find("a")).toMatchObject({ state: "done" });
      });

      test("finished and unknown", async () => {
        await enqueueAll(ticket("a"));
        await (await nextClaim(queue)).complete();
        expect(await queue.cancel("a", "no")).toBe("finished");
        expect(await queue.cancel("nobody", "no")).toBe("unknown");
      });
    });

    describe("requeue and unlock", () => {
      test("a failed or cancelled ticket is tried again with its counters at zero", async () => {
        await enqueueAll(ticket("a"), ticket("b"));
        await (await nextClaim(queue)).fail("broken");
        await queue.cancel("b", "no");
        expect(await queue.requeue("a", "mended")).toBe(true);
        expect(await queue.requeue("b", "after all")).toBe(true);
        expect(await queue.requeue("a", "again")).toBe(false);
        expect(await queue.find("a")).toMatchObject({ state: "pending", attempts: 0, note: "mended" });
        const claim = await nextClaim(queue);
        expect(claim.ticket).toMatchObject({ id: "a", attempts: 1 });
        expect(claim.epoch).toBe(2);
      });

      test("unlock ends a running ticket, and its holder can do nothing more", async () => {
        const other = await underTest.open();
        await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }));
        const claim = await nextClaim(other);
        expect(await queue.unlock("a1", "stuck")).toBe(true);
        expect(await queue.find("a1")).toMatchObject({ state: "failed", note: "stuck" });
        expect(await abortOf(claim)).toBeInstanceOf(LeaseLostError);
        await expect(claim.assertHeld()).rejects.toThrow(LeaseLostError);
        await expect(claim.complete()).rejects.toThrow(LeaseLostError);
        expect((await nextClaim(queue)).ticket.id).toBe("a2");
        expect(await queue.unlock("a1", "again")).toBe(false);
        expect(await queue.find("a1")).toMatchObject({ state: "failed", note: "stuck" });
      });
    });

    describe("looking", () => {
      test("position counts what comes before", async () => {
        await enqueueAll(ticket("a"), ticket("b"), ticket("c", { priority: 1 }));
        expect(await Promise.all(["a", "b", "c"].map((id) => queue.position(id)))).toEqual([1, 2, 0]);
        await nextClaim(queue);
        expect(await Promise.all(["a", "b", "c"].map((id) => queue.position(id)))).toEqual([0, 1, undefined]);
        expect(await queue.position("unknown")).toBeUndefined();
      });

      test("estimateStart: nothing is known until something has run, and then only of what waits", async () => {
        await enqueueAll(ticket("a"), ticket("b"));
        expect(await queue.estimateStart("b")).toBeUndefined();
        await (await nextClaim(queue)).complete();
        expect(await queue.estimateStart("b")).toBeInstanceOf(Date);
        expect(await queue.estimateStart("a")).toBeUndefined();
        expect(await queue.estimateStart("unknown")).toBeUndefined();
        await nextClaim(queue);
        expect(await queue.estimateStart("b")).toBeUndefined();
      });

      test("estimateStart: as long as the usual run for each that comes before", async () => {
        // What runs meanwhile takes as long as the other waits for its time.
        const runMs = 150;
        await enqueueAll(ticket("long"));
        const long = await nextClaim(queue);
        await enqueueAll(ticket("timer", { notBefore: later(runMs) }));
        const timer = await nextClaim(queue);
        await long.complete();
        await timer.release();
        expect(await queue.cancel("timer", "it was only a clock")).toBe("cancelled");

        const other = await underTest.open();
        await enqueueAll(...["k1", "k2", "k3"].map((id) => ticket(id, { key: "k" })));
        const begun = Date.now();
        await nextClaim(queue);
        const k2 = Number(await other.estimateStart("k2"));
        const k3 = Number(await other.estimateStart("k3"));
        expect(k2 - begun).toBeGreaterThan(runMs / 2);
        expect(k3 - k2).toBeGreaterThan(runMs / 2);
        expect(k3 - begun).toBeLessThan(60_000);
        await enqueueAll(ticket("late", { notBefore: later(3_600_000) }));
        expect(Number(await other.estimateStart("late"))).toBeGreaterThanOrEqual(begun + 3_600_000);
      });

      test("list pages in order", async () => {
        const ids = Array.from({ length: 7 }, (_, i) => `t${i}`);
        await enqueueAll(...ids.map((id) => ticket(id)));
        const pages: string[][] = [];
        for (let after: string | undefined; pages.length < 5;) {
          const page = await queue.list("pending", { limit: 3, ...(after === undefined ? {} : { after }) });
          if (page.length === 0) break;
          pages.push(page.map(({ id }) => id));
          after = page.at(-1)?.id;
        }
        expect(pages).toEqual([["t0", "t1", "t2"], ["t3", "t4", "t5"], ["t6"]]);
        for (const _ of ids) await (await nextClaim(queue)).complete();
        expect((await queue.list("done", { after: "t4" })).map(({ id }) => id)).toEqual(["t5", "t6"]);
        expect(await queue.list("pending")).toEqual([]);
        expect(await queue.counts()).toEqual({
          pending: 0,
          running: 0,
          done: 7,
          failed: 0,
          cancelled: 0,
          awaiting_approval: 0,
        });
      });
    });

    describe("wake", () => {
      test("for a ticket that another one enqueues", async () => {
        const other = await underTest.open();
        expect(await other.claim()).toBeUndefined();
        const woken = nextClaim(other);
        await enqueueAll(ticket("a"));
        expect((await woken).ticket.id).toBe("a");
      });

      test("resolves when its signal aborts, before or while it waits", async () => {
        await expect(queue.wake(AbortSignal.abort())).resolves.toBeUndefined();
        const abort = new AbortController();
        const waiting = queue.wake(abort.signal);
        abort.abort();
        await expect(waiting).resolves.toBeUndefined();
      });

      test("resolves at once while there is something to claim", async () => {
        await enqueueAll(ticket("a"));
        await queue.wake(new AbortController().signal);
        expect((await queue.claim())?.ticket.id).toBe("a");
      });
    });

    test("two that claim at the same time share the work without claiming anything twice", async () => {
      const other = await underTest.open();
      const ids = Array.from({ length: 60 }, (_, i) => `t${i}`);
      await Promise.all(ids.map((id, i) => queue.enqueue(ticket(id, { key: `k${i % 20}` }))));
      const done: string[] = [];
      const finished = new AbortController();
      async function work(each: Queue<Payload>): Promise<void> {
        while (done.length < ids.length) {
          const claim = await each.claim();
          if (claim) {
            done.push(claim.ticket.id);
            await claim.complete();
          } else await each.wake(finished.signal);
        }
        finished.abort();
      }
      await Promise.all([queue, other, queue, other].map(work));
      expect(done.toSorted()).toEqual(ids.toSorted());
      expect(await other.counts()).toMatchObject({ pending: 0, running: 0, done: 60 });
    });

    test("what ended long ago can be forgotten, and then its id is new", async () => {
      await enqueueAll(
        ticket("done"),
        ticket("failed"),
        ticket("parked"),
        ticket("running"),
        ticket("pending"),
      );
      await (await nextClaim(queue)).complete();
      await (await nextClaim(queue)).fail("broken");
      await (await nextClaim(queue)).park("may I?");
      const running = await nextClaim(queue);
      expect(await queue.forget(later(-3_600_000))).toBe(0);
      expect(await queue.forget(later(3_600_000))).toBe(2);
      expect(await queue.counts()).toEqual({
        pending: 1,
        running: 1,
        done: 0,
        failed: 0,
        cancelled: 0,
        awaiting_approval: 1,
      });
      expect(await queue.find("done")).toBeUndefined();
      await running.complete();
      await enqueueAll(ticket("done"));
      expect(await queue.enqueue(ticket("running"))).toBe("duplicate");
    });

    test("what was stored is there when the queue is opened again", async () => {
      await enqueueAll(ticket("a1", { key: "a" }), ticket("a2", { key: "a" }), ticket("b"));
      await (await nextClaim(queue)).retry("later", later(3_600_000));
      await (await nextClaim(queue)).park("may I?");
      await queue.close();
      expect(await queue.claim()).toBeUndefined();
      queue = await underTest.open();
      expect(await queue.counts()).toMatchObject({ pending: 2, awaiting_approval: 1 });
      expect(await queue.claim()).toBeUndefined();
      expect(await queue.approve("b", "yes")).toBe(true);
      expect((await nextClaim(queue)).ticket.id).toBe("b");
    });
  });
}
