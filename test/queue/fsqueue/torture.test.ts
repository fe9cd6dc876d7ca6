// Processes enqueue, claim and end tickets while a supervisor kills them with SIGKILL, whatever they are doing.
//
// TORTURE_SECONDS makes it longer (3 unless told). The instants are random on purpose.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { QueueState } from "../../../src/job/queue-state.ts";
import { nextClaim } from "../claims.ts";
import { createTestFolder } from "./folder.ts";

const seconds = Number(process.env["TORTURE_SECONDS"] ?? "3");
const workers = 2;
const program = fileURLToPath(new URL("torture-worker.ts", import.meta.url));

test("nothing is lost, doubled or run beside its like", { timeout: (seconds + 120) * 1000 }, async () => {
  const folder = createTestFolder();
  const ledger = folder.path("ledger");
  mkdirSync(ledger);
  const read = (name: string): string[] =>
    existsSync(`${ledger}/${name}`)
      ? readFileSync(`${ledger}/${name}`, "utf8").split("\n").filter(Boolean)
      : [];

  const endAt = performance.now() + seconds * 1000;
  const giveUpAt = endAt + 60_000;
  let kills = 0;
  async function supervise(): Promise<void> {
    // On a slow machine it goes on until enough has happened to tell something.
    while (performance.now() < endAt || (read("effects").length < 100 && performance.now() < giveUpAt)) {
      const child = fork(program, [JSON.stringify({ root: folder.root, ledger })], { stdio: "inherit" });
      const exited = once(child, "exit");
      // Most get to work; some don't even get to their feet.
      if (Math.random() < 0.8) await Promise.race([once(child, "message"), exited]);
      await delay(Math.random() * 500);
      child.kill("SIGKILL");
      const [code] = await exited;
      if (code !== null) throw new Error(`a worker ended by itself with ${code}`);
      kills += 1;
    }
  }
  await Promise.all(Array.from({ length: workers }, supervise));

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
  const promised = read("promised");
  const effects = new Set(read("effects"));
  console.log(`torture: ${kills} kills, ${promised.length} promised, ${read("effects").length} effects`);
  expect(read("violations")).toEqual([]);
  expect(read("errors")).toEqual([]);
  expect(promised.length).toBeGreaterThan(50);
  for (const id of promised)
    expect([id, ended.get(id)]).toEqual([id, [expect.stringMatching(/^(done|failed)$/)]]);
  for (const [id, states] of ended) expect([id, states.length]).toEqual([id, 1]);
  // What was still pending was ended by this test and not by a worker.
  const byWorkers = [...ended.keys()].filter((id) => !leftOver.has(id));
  expect(byWorkers.filter((id) => !effects.has(id))).toEqual([]);
  expect(readdirSync(folder.path("tmp"))).toHaveLength(1);
  expect(readdirSync(folder.path("keys"))).toEqual([]);
  await folder.end();
});
