import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLayout } from "../../../src/queue/fsqueue/layout.ts";
import { createRuns } from "../../../src/queue/fsqueue/runs.ts";
import { nextClaim } from "../claims.ts";
import { ticket } from "../contract.ts";
import { createTestFolder } from "./folder.ts";

let folder: ReturnType<typeof createTestFolder>;
beforeEach(() => {
  folder = createTestFolder();
});
afterEach(() => folder.end());

const run = (n: number) => ({ startedAt: new Date(1000 * n), endedAt: new Date(1000 * n + 500) });

test("what one notes, another one reads: the last 32, in a file that doesn't grow for ever", () => {
  const [one, other] = [1, 2].map(() => createRuns(createLayout(folder.root)));
  for (let n = 0; n < 20_000; n += 1) (n % 2 ? one : other)?.note(run(n));
  expect(one?.last()).toEqual(Array.from({ length: 32 }, (_, i) => run(19_968 + i)));
  expect(statSync(folder.path("runs")).size).toBeLessThan(128 * 1024);
});

test("what isn't a run is passed over, and what isn't a file is left alone", () => {
  const runs = createRuns(createLayout(folder.root));
  expect(runs.last()).toEqual([]);
  writeFileSync(folder.path("runs"), "1 2 3\nhello\n1000 1500\n-1 5\n\u0000");
  expect(runs.last()).toEqual([run(1)]);
  rmSync(folder.path("runs"));
  writeFileSync(folder.path("secret"), "1000 1500\n");
  symlinkSync(folder.path("secret"), folder.path("runs"));
  runs.note(run(2));
  expect(runs.last()).toEqual([]);
  expect(readFileSync(folder.path("secret"), "utf8")).toBe("1000 1500\n");
  rmSync(folder.path("runs"));
  mkdirSync(folder.path("runs"));
  runs.note(run(2));
  expect(runs.last()).toEqual([]);
});

test("what holds its key comes first in an estimate, wherever its name stands", async () => {
  const queue = await folder.open();
  await queue.enqueue(ticket("first"));
  await (await nextClaim(queue)).complete();
  await queue.enqueue(ticket("a1", { key: "a" }));
  const claim = await nextClaim(queue);
  await queue.enqueue(ticket("urgent", { key: "a", priority: 0 }));
  await claim.retry("later", new Date(Date.now() + 3_600_000));
  expect(await queue.position("urgent")).toBe(0);
  // A process that has never tried to claim knows it too.
  const other = await folder.open();
  for (const each of [queue, other]) {
    expect(Number(await each.estimateStart("urgent")) - Date.now()).toBeGreaterThan(3_500_000);
  }
});
