// One life of a queue, cut short before each of its file operations in turn: by death, or by a disk that refuses.
import { existsSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { QueueState } from "../../../src/job/queue-state.ts";
import type { Queue } from "../../../src/queue/contract.ts";
import { type Holder, thisProcess } from "../../../src/queue/holder.ts";
import { nextClaim, type Payload } from "../claims.ts";
import { ticket } from "../contract.ts";
import { Died, type FileCalls, interceptFileCalls } from "./file-calls.ts";
import { createTestFolder } from "./folder.ts";

let folder: ReturnType<typeof createTestFolder>;
/** These tests sync more often than a disk likes, and none of them cuts the power. */
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : undefined;
let intercepted: FileCalls | undefined;
beforeEach(() => {
  folder = createTestFolder(inMemory);
});
afterEach(async () => {
  intercepted?.restore();
  await folder.end();
});

/** A process of this boot that doesn't live: no pid is that high (proc(5), pid_max). */
const deadHolder: Holder = { ...thisProcess(), pid: 4_999_999 };

/** Every kind of move. `told` gets the ids whose enqueue has returned. */
async function live(queue: Queue<Payload>, told: Set<string>): Promise<void> {
  for (const [id, key] of [
    ["a1", "a"],
    ["a2", "a"],
    ["b", "b"],
    ["c", "c"],
  ] as const) {
    await queue.enqueue(ticket(id, { key }));
    told.add(id);
  }
  await (await nextClaim(queue)).retry("again");
  await (await nextClaim(queue)).park("may I?");
  await (await nextClaim(queue)).complete();
  await queue.approve("a1", "yes");
  await queue.cancel("b", "no");
  const claim = await nextClaim(queue);
  await queue.cancel("a1", "stop");
  await claim.cancelled("stop");
  await (await nextClaim(queue)).fail("broken");
  await queue.requeue("c", "mended");
  await (await nextClaim(queue)).complete();
}

const ids = ["a1", "a2", "b", "c"];

/** Id → the folders in which its ticket lies. */
function whereabouts(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const state of QueueState.options) {
    for (const name of readdirSync(folder.path(state))) {
      const id = ids.find((each) => name.endsWith(`-${each}.json`)) ?? name;
      found.set(id, [...(found.get(id) ?? []), state]);
    }
  }
  return found;
}

/** Works off whatever is left and checks that everything that was promised has ended, once. */
async function expectAllEnded(told: ReadonlySet<string>): Promise<void> {
  const queue = await folder.open();
  for (const [id, states] of whereabouts()) expect([id, states]).toEqual([id, [states[0]]]);
  for (const id of told) expect([id, whereabouts().has(id)]).toEqual([id, true]);
  for (const parked of await queue.list("awaiting_approval")) await queue.approve(parked.id, "yes");
  expect((await queue.counts()).running).toBe(0);
  for (let claim = await queue.claim(); claim; claim = await queue.claim()) {
    expect(claim.ticket.crashes).toBeLessThanOrEqual(1);
    await claim.complete();
  }
  for (const [id, states] of whereabouts()) {
    expect([id, states]).toEqual([id, [expect.stringMatching(/^(done|cancelled|failed)$/)]]);
  }
  for (const id of told) expect([id, await queue.enqueue(ticket(id))]).toEqual([id, "duplicate"]);
  expect(readdirSync(folder.path("running"))).toEqual([]);
  await queue.close();
}

async function countCalls(): Promise<number> {
  const queue = await folder.open();
  intercepted = interceptFileCalls(folder.root, () => undefined);
  await live(queue, new Set());
  await queue.close();
  intercepted.restore();
  return intercepted.calls.length;
}

describe("at any instant", () => {
  test("a process may die", async () => {
    const calls = await countCalls();
    await folder.end();
    expect(calls).toBeGreaterThan(250);
    for (let at = 1; at <= calls; at += 1) {
      folder = createTestFolder(inMemory);
      const told = new Set<string>();
      const doomed = await folder.open({ holder: deadHolder });
      intercepted = interceptFileCalls(folder.root, (number) => {
        // From then on it does nothing more.
        if (number >= at) throw new Died(`before call ${number}`);
      });
      // A death in the very last calls goes unnoticed: they only save room.
      await live(doomed, told).catch((error: unknown) => {
        if (!(error instanceof Died)) throw error;
      });
      // How often the kernel tells of a change, and so how often one looks, isn't always the same.
      expect(intercepted.calls.length).toBeGreaterThanOrEqual(Math.min(at, 0.9 * calls));
      await doomed.close();
      intercepted.restore();
      await expectAllEnded(told).catch((cause: unknown) => {
        throw new Error(`died before call ${at}, ${intercepted?.calls.at(at - 1)}`, { cause });
      });
      expect(readdirSync(folder.path("tmp"))).toEqual([]);
      expect(readdirSync(folder.path("cancel"))).toEqual([]);
      await folder.end();
    }
  });

  test.each(["ENOSPC", "EIO", "EMFILE"])("any one call may be refused with %s", async (code) => {
    const calls = await countCalls();
    await folder.end();
    expect(calls).toBeGreaterThan(250);
    for (let at = 1; at <= calls; at += 1) {
      folder = createTestFolder(inMemory);
      const told = new Set<string>();
      const queue = await folder.open({ holder: deadHolder });
      intercepted = interceptFileCalls(folder.root, (number) => {
        if (number === at) throw Object.assign(new Error(`${code}: injected`), { code });
      });
      // Some refusals cost nothing; what does fail says so and leaves nothing half done.
      await live(queue, told).catch((error: unknown) => {
        if (!String(error).includes("injected")) throw error;
      });
      intercepted.restore();
      await queue.close();
      await expectAllEnded(told).catch((cause: unknown) => {
        throw new Error(`${code} at call ${at}, ${intercepted?.calls.at(at - 1)}`, { cause });
      });
      await folder.end();
    }
  });
});

test("an enqueue that was refused leaves nothing, and may be repeated", async () => {
  const queue = await folder.open();
  const refuse = (call: string, want: string): void => {
    if (call === want) throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" });
  };
  for (const want of [
    "openSync tmp",
    "writeFileSync tmp",
    "fsync tmp",
    "linkSync seen",
    "renameSync pending",
  ]) {
    intercepted = interceptFileCalls(folder.root, (_, call) => refuse(call, want));
    await expect(queue.enqueue(ticket("a"))).rejects.toThrow("ENOSPC");
    intercepted.restore();
    expect([want, existsSync(folder.path("seen", "a"))]).toEqual([want, false]);
    expect(await queue.claim()).toBeUndefined();
  }
  expect(await queue.enqueue(ticket("a"))).toBe("queued");
  expect((await nextClaim(queue)).ticket.id).toBe("a");
});
