// Starts queue processes and tells them what to do.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Order } from "./process.ts";

const Answer = z.object({ number: z.number(), answer: z.unknown().optional(), error: z.string().optional() });
const Claimed = z.object({ id: z.string(), epoch: z.number() });
const program = fileURLToPath(new URL("process.ts", import.meta.url));

export type QueueProcess = Awaited<ReturnType<typeof startQueueProcess>>;

/** Resolves once the process has opened the queue in `root`. */
export async function startQueueProcess(
  root: string,
  options: { leaseMs?: number; maxCrashes?: number; sweepMs?: number } = {},
) {
  const all = { root, leaseMs: 600_000, maxCrashes: 3, sweepMs: 60_000, ...options };
  const child: ChildProcess = fork(program, [JSON.stringify(all)], { stdio: "inherit" });
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  let number = 0;
  child.on("message", (message) => {
    const answer = Answer.parse(message);
    waiting.get(answer.number)?.(answer);
    waiting.delete(answer.number);
  });
  const exited = once(child, "exit");

  async function answerTo(n: number): Promise<unknown> {
    const answer = await Promise.race([
      new Promise<z.infer<typeof Answer>>((resolve) => void waiting.set(n, resolve)),
      exited.then(() => ({ error: "the process has ended", answer: undefined })),
    ]);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.answer;
  }

  async function tell(order: Order): Promise<unknown> {
    number += 1;
    child.send({ number, order });
    return answerTo(number);
  }

  await answerTo(0);
  return {
    pid: child.pid,
    tell,
    claim: async () => Claimed.parse(await tell({ verb: "claim" })),
    enqueue: async (id: string, key = `key of ${id}`) => tell({ verb: "enqueue", id, key }),
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    /** Resolves when the process is gone. */
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
