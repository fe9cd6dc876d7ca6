// A holder that dies, sleeps too long, or can't be seen from here.
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import { type Claim, LeaseLostError } from "../../../src/queue/contract.ts";
import { thisProcess } from "../../../src/queue/holder.ts";
import { abortOf, nextClaim, type Payload } from "../claims.ts";
import { ticket } from "../contract.ts";
import { createTestFolder } from "./folder.ts";
import { type QueueProcess, startQueueProcess } from "./start-process.ts";

let folder: ReturnType<typeof createTestFolder>;
const processes: QueueProcess[] = [];
beforeEach(() => {
  folder = createTestFolder();
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.kill()));
  await folder.end();
});

async function start(options?: Parameters<typeof startQueueProcess>[1]): Promise<QueueProcess> {
  const started = await startQueueProcess(folder.root, options);
  processes.push(started);
  return started;
}

describe("a holder that was killed", () => {
  test("is recognised at the next start, and the ticket runs again with a higher epoch", async () => {
    const runner = await start();
    await runner.enqueue("a1", "a");
    await runner.enqueue("a2", "a");
    expect(await runner.claim()).toEqual({ id: "a1", epoch: 1 });
    await runner.kill();

    const reclaimed: unknown[] = [];
    const queue = await folder.open({
      async onReclaim(found, holder) {
        reclaimed.push([found.id, found.state, holder.pid]);
      },
    });
    expect(reclaimed).toEqual([["a1", "running", runner.pid]]);
    const claim = await nextClaim(queue);
    expect(claim.ticket).toMatchObject({ id: "a1", attempts: 2, crashes: 1 });
    expect(claim.ticket.note).toContain(`process ${runner.pid}) died`);
    expect(claim.epoch).toBe(3);
    expect(await queue.claim()).toBeUndefined();
  });

  test("is found by the sweep of one that lives", async () => {
    const queue = await folder.open({ sweepMs: 20 });
    const runner = await start();
    await runner.enqueue("a");
    await runner.claim();
    await runner.kill();
    expect((await nextClaim(queue)).ticket).toMatchObject({ id: "a", crashes: 1 });
  });

  test("too often: the ticket fails with the reason and isn't tried again", async () => {
    const first = await start();
    await first.enqueue("a1", "a");
    await first.enqueue("a2", "a");
    await first.claim();
    await first.kill();
    const second = await start({ maxCrashes: 2 });
    expect((await second.claim()).id).toBe("a1");
    await second.kill();
    const queue = await folder.open({ maxCrashes: 2 });
    const failed = await queue.find("a1");
    expect(failed).toMatchObject({ state: "failed", crashes: 2 });
    expect(failed?.note).toMatch(/^given up after 2 crashes: its runner \(process \d+\) died$/);
    expect((await nextClaim(queue)).ticket.id).toBe("a2");
  });

  test("and a cancel request that it didn't see", async () => {
    const queue = await folder.open();
    const runner = await start();
    await runner.enqueue("a");
    await runner.claim();
    runner.pause();
    expect(await queue.cancel("a", "by @mona")).toBe("requested");
    await runner.kill();
    const other = await folder.open();
    expect(await other.find("a")).toMatchObject({ state: "cancelled", note: "by @mona" });
  });

  test("keeps its ticket while what it left can't be ended", async () => {
    const runner = await start();
    await runner.enqueue("a");
    await runner.claim();
    await runner.kill();
    let calls = 0;
    const queue = await folder.open({
      sweepMs: 20,
      async onReclaim() {
        calls += 1;
        if (calls < 3) throw new Error("the agent doesn't die");
      },
    });
    expect(await queue.find("a")).toMatchObject({ state: "running" });
    expect((await nextClaim(queue)).ticket).toMatchObject({ id: "a", crashes: 1 });
    expect(calls).toBe(3);
  });

  test("several that start at once reclaim it once", async () => {
    const runner = await start();
    await runner.enqueue("a");
    await runner.claim();
    await runner.kill();
    let calls = 0;
    const onReclaim = async (): Promise<void> => {
      calls += 1;
    };
    const [queue] = await Promise.all([1, 2, 3, 4].map(() => folder.open({ onReclaim })));
    expect(calls).toBe(1);
    expect(await queue?.find("a")).toMatchObject({ state: "pending", crashes: 1 });
  });
});

describe("a holder that was silent for too long", () => {
  test("wakes up late and can do nothing more", async () => {
    const runner = await start();
    await runner.enqueue("a");
    await runner.claim();
    runner.pause();
    // An hour later for the one that looks; the other one lives, but nobody has heard of it.
    const clock = (): Date => new Date(Date.now() + 3_600_000);
    const queue = await folder.open({ clock, heartbeatMs: 50, sweepMs: 10 });
    // A machine that has just woken up looks the same, so it gets the time of a heartbeat.
    expect(await queue.find("a")).toMatchObject({ state: "running" });
    const claim = await nextClaim(queue);
    expect(claim.ticket).toMatchObject({ id: "a", crashes: 1 });
    expect(claim.ticket.note).toMatch(/silent for \d+ ms/);
    runner.resume();
    expect(await runner.tell({ verb: "abort" })).toContain("LeaseLostError");
    await expect(runner.tell({ verb: "assertHeld" })).rejects.toThrow("LeaseLostError");
    await expect(runner.tell({ verb: "complete" })).rejects.toThrow("LeaseLostError");
    await claim.assertHeld();
    await claim.complete();
    expect(await queue.find("a")).toMatchObject({ state: "done", attempts: 2 });
  });

  test("isn't taken for dead before that, wherever it runs", async () => {
    let now = Date.now();
    const clock = (): Date => new Date(now);
    const runner = await start();
    await runner.enqueue("a");
    await runner.claim();
    await runner.kill();
    // As if it had run in another pid namespace: nobody can see it from here.
    const [file = ""] = readdirSync(folder.path("running"));
    const path = folder.path("running", file);
    writeFileSync(path, readFileSync(path, "utf8").replace(/"pid_ns": "\d+"/, '"pid_ns": "1"'));

    const queue = await folder.open({ clock, leaseMs: 60_000, sweepMs: 20 });
    expect(await queue.find("a")).toMatchObject({ state: "running" });
    now += 120_000;
    expect((await nextClaim(queue)).ticket).toMatchObject({ id: "a", crashes: 1 });
  });

  test.each([
    ["of an earlier boot of this machine is dead at once", "a", "pending"],
    ["of another boot of a machine that nobody knows isn't", undefined, "running"],
    ["of another machine isn't", "b", "running"],
  ])("one %s", async (_name, machine, state) => {
    const here = "a".repeat(32);
    const self = { ...thisProcess(), machine_id: here };
    const { machine_id: _, ...elsewhere } = { ...self, boot_id: randomUUID(), pid: 4_999_999 };
    const holder = { ...elsewhere, ...(machine !== undefined && { machine_id: machine.repeat(32) }) };
    const before = await folder.open({ holder });
    await before.enqueue(ticket("a"));
    await nextClaim(before);
    await before.close();
    const queue = await folder.open({ holder: self });
    expect(await queue.find("a")).toMatchObject({ state, crashes: state === "pending" ? 1 : 0 });
  });

  test("a lease that is renewed doesn't age", async () => {
    let now = Date.now();
    const clock = (): Date => new Date(now);
    const holder = await folder.open({ clock, leaseMs: 60_000, heartbeatMs: 5 });
    await holder.enqueue(ticket("a"));
    const claim: Claim<Payload> = await nextClaim(holder);
    const path = folder.path("running", readdirSync(folder.path("running"))[0] ?? "");
    for (let hours = 0; hours < 3; hours += 1) {
      now += 3_600_000;
      await expect.poll(() => statMs(path)).toBe(now);
      const other = await folder.open({ clock, leaseMs: 60_000 });
      expect(await other.find("a")).toMatchObject({ state: "running" });
      await other.close();
    }
    await claim.assertHeld();
  });
});

test("a ticket that a person moves away from under its holder is lost to it", async () => {
  const queue = await folder.open();
  await queue.enqueue(ticket("a1", { key: "a" }));
  await queue.enqueue(ticket("a2", { key: "a" }));
  const claim = await nextClaim(queue);
  const [file = ""] = readdirSync(folder.path("running"));
  renameSync(folder.path("running", file), folder.path("failed", file));
  expect(await abortOf(claim)).toBeInstanceOf(LeaseLostError);
  await expect(claim.complete()).rejects.toThrow(LeaseLostError);
  expect((await nextClaim(queue)).ticket.id).toBe("a2");
  expect(await queue.find("a1")).toMatchObject({ state: "failed" });
});

function statMs(path: string): number {
  return statSync(path).mtimeMs;
}
