import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import type { Holder } from "../../../src/queue/holder.ts";
import { thisProcess } from "../../../src/queue/holder.ts";
import { describeQueueModel, modelMaxCrashes } from "../model.ts";
import { createTestFolder } from "./folder.ts";

/** A process that only stands for a holder: it can die while this one goes on. */
async function startHolder(): Promise<{ holder: Holder; child: ChildProcess }> {
  const child = spawn("sleep", ["infinity"], { stdio: "ignore" });
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error("starting a process");
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const start_time = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return { child, holder: { ...thisProcess(), pid, start_time } };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

const runs = Number(process.env["MODEL_RUNS"] ?? "60");
/** These tests sync more often than a disk likes, and none of them cuts the power. */
const inMemory = existsSync("/dev/shm") ? "/dev/shm" : undefined;

describeQueueModel(
  "fsqueue",
  async () => {
    const folder = createTestFolder(inMemory);
    const children = new Set<ChildProcess>();
    let nowMs = Date.now();
    return {
      async open() {
        const { holder, child } = await startHolder();
        children.add(child);
        const queue = await folder.open({
          holder,
          maxCrashes: modelMaxCrashes,
          clock: () => new Date(nowMs),
        });
        return {
          queue,
          async crash() {
            children.delete(child);
            await kill(child);
            await queue.close();
          },
        };
      },
      now: () => new Date(nowMs),
      async advance(ms) {
        nowMs += ms;
      },
      async settle() {
        nowMs += 1;
        // The kernel's events are in the queue already; they are read when the event loop polls.
        for (let i = 0; i < 3; i += 1) await turn();
      },
      async end() {
        await folder.end();
        for (const child of children) await kill(child);
      },
    };
  },
  { runs, timeoutMs: 60_000 + runs * 500 },
);
