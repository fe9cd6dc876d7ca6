// Processes enqueue, claim and end tickets while a supervisor kills them with SIGKILL, whatever they are doing.
//
// TORTURE_SECONDS makes it longer (3 unless told).
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { QueueState } from "../../../src/job/queue-state.ts";
import { nextClaim } from "../claims.ts";
import { openLedger } from "../torture/ledger.ts";
import { supervise } from "../torture/supervise.ts";
import { createTestFolder } from "./folder.ts";

const seconds = Number(process.env["TORTURE_SECONDS"] ?? "3");
const program = fileURLToPath(new URL("torture-worker.ts", import.meta.url));

test("nothing is lost, doubled or run beside its like", { timeout: (seconds + 120) * 1000 }, async () => {
  const folder = createTestFolder();
  const ledger = openLedger(folder.path("ledger"));
  const endAt = performance.now() + seconds * 1000;
  const giveUpAt = endAt + 60_000;
  const kills = await supervise({
    program,
    argument: { root: folder.root, folder: folder.path("ledger") },
    workers: 2,
    longestMs: 500,
    // On a slow machine it goes on until enough has happened to tell something.
    goesOn: () =>
      performance.now() < endAt || (ledger.read("effects").length < 100 && performance.now() < giveUpAt),
  });

  const queue = await folder.open({ maxCrashes: 1000 });
  expect((await queue.counts()).running).toBe(0);
  const leftOver = new Set<string>();
  while ((await queue.counts()).pending > 0) {
    const claim = await nextClaim(queue);
    leftOver.add(claim.ticket.id);
    await claim.complete();
  }

  const ended = new Map<string, string[]>();
  for (const state of QueueState.options) {
    for (const name of readdirSync(folder.path(state))) {
      const id = name.slice(36).replace(/\.json$/, "");
      ended.set(id, [...(ended.get(id) ?? []), state]);
    }
  }
  const promised = ledger.read("promised");
  const effects = new Set(ledger.read("effects"));
  console.log(
    `torture: ${kills} kills, ${promised.length} promised, ${ledger.read("effects").length} effects`,
  );
  expect(ledger.read("violations")).toEqual([]);
  expect(ledger.read("errors")).toEqual([]);
  expect(promised.length).toBeGreaterThan(50);
  for (const id of promised)
    expect([id, ended.get(id)]).toEqual([id, [expect.stringMatching(/^(done|failed)$/)]]);
  for (const [id, states] of ended) expect([id, states.length]).toEqual([id, 1]);
  // What was still pending was ended by this test and not by a worker.
  const byWorkers = [...ended.keys()].filter((id) => !leftOver.has(id));
  expect(byWorkers.filter((id) => !effects.has(id))).toEqual([]);
  expect(byWorkers.filter((id) => ledger.publications(id) !== 1)).toEqual([]);
  expect([...leftOver].filter((id) => ledger.publications(id) > 1)).toEqual([]);
  expect(readdirSync(folder.path("tmp"))).toHaveLength(1);
  expect(readdirSync(folder.path("keys"))).toEqual([]);
  await folder.end();
});
