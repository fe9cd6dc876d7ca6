// Opens a queue, or none, and then does nothing; says what both cost. Run by idle.ts with --expose-gc.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openOwnQueue } from "./own-queue.ts";

const [root = "", seconds = "0"] = process.argv.slice(2);

/** How often a thread of this process went to sleep, and so was woken (proc(5), /proc/pid/status). */
function wakeUps(): number {
  let sum = 0;
  for (const thread of readdirSync("/proc/self/task")) {
    const status = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
    sum += Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return sum;
}

/** What is alive, in bytes; and what the process holds of the machine's memory. */
function memory(): { usedBytes: number; residentBytes: number } {
  global.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { usedBytes: heapUsed + external, residentBytes: rss };
}

const before = memory();
const begin = performance.now();
const queue = root === "" ? undefined : await openOwnQueue(root);
const openMs = performance.now() - begin;
const counts = queue ? await queue.counts() : undefined;
const after = memory();
// Someone waits, as a runner does. With a backlog that would be over at once: a runner whose places are taken asks
// for nothing.
void queue?.wake(new AbortController().signal);
// What the opening left to be done (garbage, threads that look once more) isn't idling.
await delay(3000);
const cpu = process.cpuUsage();
const switches = wakeUps();
await delay(Number(seconds) * 1000);
const { user, system } = process.cpuUsage(cpu);
process.send?.({
  openMs,
  pending: counts?.pending ?? 0,
  usedBytes: after.usedBytes - before.usedBytes,
  residentBytes: after.residentBytes - before.residentBytes,
  cpuMs: (user + system) / 1000,
  wakeUps: wakeUps() - switches,
});
await delay(60_000);
