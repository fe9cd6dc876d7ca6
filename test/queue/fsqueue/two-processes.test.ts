// Real processes on one folder.
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { abortOf, nextClaim } from "../claims.ts";
import { ticket } from "../contract.ts";
import { createTestFolder } from "./folder.ts";
import { type QueueProcess, startQueueProcess } from "./start-process.ts";

let folder: ReturnType<typeof createTestFolder>;
let one: QueueProcess;
let two: QueueProcess;
beforeEach(async () => {
  folder = createTestFolder();
  [one, two] = await Promise.all([startQueueProcess(folder.root), startQueueProcess(folder.root)]);
});
afterEach(async () => {
  await Promise.all([one.kill(), two.kill()]);
  await folder.end();
});

test("one waits, the other enqueues", async () => {
  const claimed = one.claim();
  await two.enqueue("a");
  expect(await claimed).toEqual({ id: "a", epoch: 1 });
});

test("a key runs in one of them at a time, in order", async () => {
  for (const id of ["a1", "a2", "a3"]) await one.enqueue(id, "a");
  expect((await one.claim()).id).toBe("a1");
  const next = two.claim();
  await two.enqueue("b");
  // What the other may have is b: a2 waits for a1.
  expect((await next).id).toBe("b");
  const afterB = two.tell({ verb: "complete" }).then(() => two.claim());
  await one.tell({ verb: "complete" });
  expect((await afterB).id).toBe("a2");
  await two.tell({ verb: "retry" });
  expect((await one.claim()).id).toBe("a2");
});

test("the same id from both is one ticket", async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `t${i}`);
  const answers = await Promise.all(
    ids.map(async (id) => (await Promise.all([one.enqueue(id), two.enqueue(id)])).toSorted()),
  );
  expect(answers).toEqual(ids.map(() => ["duplicate", "queued"]));
  expect(readdirSync(folder.path("pending"))).toHaveLength(20);
  expect(readdirSync(folder.path("seen"))).toHaveLength(20);
});

test("a request to cancel reaches the holder, and a forced end too", async () => {
  const queue = await folder.open();
  await queue.enqueue(ticket("a"));
  await queue.enqueue(ticket("b"));
  expect((await one.claim()).id).toBe("a");
  expect((await two.claim()).id).toBe("b");
  expect(await queue.cancel("a", "by @mona")).toBe("requested");
  expect(await one.tell({ verb: "abort" })).toBe("CancelRequested: by @mona");
  expect(await queue.unlock("b", "stuck")).toBe(true);
  expect(await two.tell({ verb: "abort" })).toContain("LeaseLostError");
  await expect(two.tell({ verb: "complete" })).rejects.toThrow("LeaseLostError");
});

test("one that dies takes nothing from the other", async () => {
  const queue = await folder.open();
  for (const id of ["a", "b", "c"]) await queue.enqueue(ticket(id));
  const mine = await nextClaim(queue);
  await one.claim();
  await one.kill();
  // Whoever starts looks after the dead; the living keep what they have.
  const third = await startQueueProcess(folder.root);
  expect((await third.claim()).id).toBe("b");
  await third.kill();
  await mine.assertHeld();
  await mine.complete();
  expect(mine.signal.aborted).toBe(false);
  await queue.enqueue(ticket("d"));
  const d = await nextClaim(queue);
  expect(d.ticket.id).toBe("c");
  await queue.unlock("c", "enough");
  await abortOf(d);
});
