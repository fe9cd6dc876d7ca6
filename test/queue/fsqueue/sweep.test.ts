// What the sweep finds by itself, when the kernel tells of nothing.
import { EventEmitter } from "node:events";
import fs, { existsSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Queue } from "../../../src/queue/contract.ts";
import { formatName, hashKey } from "../../../src/queue/fsqueue/ticket-name.ts";
import { nextClaim, type Payload } from "../claims.ts";
import { ticket } from "../contract.ts";
import { createTestFolder } from "./folder.ts";

let folder: ReturnType<typeof createTestFolder>;
/** Nobody tells it anything: its watchers stay silent, as after an overflow (IN_Q_OVERFLOW, inotify(7)). */
let deaf: Queue<Payload>;
beforeEach(async () => {
  folder = createTestFolder(existsSync("/dev/shm") ? "/dev/shm" : undefined);
  const { watch } = fs;
  Reflect.set(fs, "watch", () => Object.assign(new EventEmitter(), { close: () => undefined }));
  syncBuiltinESMExports();
  try {
    deaf = await folder.open({ sweepMs: 20 });
  } finally {
    Reflect.set(fs, "watch", watch);
    syncBuiltinESMExports();
  }
});
afterEach(() => folder.end());

test("many tickets that came, and many that went", async () => {
  await deaf.enqueue(ticket("last", { priority: 9 }));
  const names = Array.from({ length: 4500 }, (_, n) =>
    formatName({ priority: 0, sequence: n + 1, keyHash: hashKey(`key-${n}`), id: `job-${n}` }),
  );
  for (const name of names) writeFileSync(folder.path("pending", name), "");
  await expect.poll(() => deaf.position("last"), { timeout: 20_000 }).toBe(4500);
  for (const name of names.slice(1000, 3500)) rmSync(folder.path("pending", name));
  await expect.poll(() => deaf.position("last"), { timeout: 20_000 }).toBe(2000);
  // Some come while others go.
  for (const name of names.slice(0, 500)) rmSync(folder.path("pending", name));
  for (const name of names.slice(1000, 1400)) writeFileSync(folder.path("pending", name), "");
  await deaf.enqueue(ticket("middle", { priority: 0 }));
  await expect.poll(() => deaf.position("last"), { timeout: 20_000 }).toBe(1901);
});

test("who waits is woken by a ticket of another process", async () => {
  const other = await folder.open();
  const woken = deaf.wake(AbortSignal.timeout(20_000));
  await other.enqueue(ticket("a"));
  await woken;
  expect((await nextClaim(deaf)).ticket.id).toBe("a");
});

test("a key whose ticket began and ended elsewhere is free again", async () => {
  const other = await folder.open();
  await other.enqueue(ticket("a1", { key: "a" }));
  await other.enqueue(ticket("a2", { key: "a" }));
  await deaf.wake(AbortSignal.timeout(20_000));
  const first = await nextClaim(other);
  expect(await deaf.claim()).toBeUndefined();
  await first.complete();
  await deaf.wake(AbortSignal.timeout(20_000));
  expect((await nextClaim(deaf)).ticket.id).toBe("a2");
});
