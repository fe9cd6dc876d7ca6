// How long a ticket waits for a runner that has nothing else to do.
import { join } from "node:path";
import { z } from "zod";
import { createBareLoop } from "./bare-loop.ts";
import { startChild } from "./child.ts";
import { body } from "./contestant.ts";
import { openOwnQueue } from "./own-queue.ts";
import { median, quantile } from "./quantile.ts";

export interface LatencyResult {
  name: string;
  medianMs: number;
  p99Ms: number;
  /** The median, of the first line's. */
  ratio: number;
}

const Claimed = z.object({ id: z.string(), at: z.string() });
const count = 1000;

const millisecondsSince = (begin: bigint, end: bigint): number => Number(end - begin) / 1e6;

/** All three take turns: the bare loop, a runner of the same process, and one of another process. */
export async function measureLatency(folder: string): Promise<LatencyResult[]> {
  const bare = await createBareLoop(join(folder, "bare"));
  const near = await openOwnQueue(join(folder, "near"));
  const far = await openOwnQueue(join(folder, "far"));
  const runner = startChild("waiting-runner.ts", [join(folder, "far")]);
  await runner.next(z.object({ ready: z.literal(true) }));
  const never = new AbortController().signal;

  async function throughNear(n: number): Promise<number> {
    if (await near.claim()) throw new Error("there is something left to claim");
    // wake() looks ahead from the last claim, so it must be waiting before the ticket comes.
    const woken = near.wake(never);
    const begin = process.hrtime.bigint();
    const enqueued = near.enqueue({ id: `near-${n}`, key: `near#${n}`, payload: { body } });
    let claim;
    await woken;
    while (!(claim = await near.claim())) await near.wake(never);
    const end = process.hrtime.bigint();
    await enqueued;
    await claim.complete();
    return millisecondsSince(begin, end);
  }

  async function throughFar(n: number): Promise<number> {
    const claimed = runner.next(Claimed);
    const begin = process.hrtime.bigint();
    await far.enqueue({ id: `far-${n}`, key: `far#${n}`, payload: { body } });
    return millisecondsSince(begin, BigInt((await claimed).at));
  }

  async function throughBare(n: number): Promise<number> {
    const begin = process.hrtime.bigint();
    await bare.enqueue(n);
    return millisecondsSince(begin, process.hrtime.bigint());
  }

  const lines = [
    { name: "one durable file, without any queue", measure: throughBare, times: [] as number[] },
    { name: "runner in the same process", measure: throughNear, times: [] as number[] },
    { name: "runner in another process", measure: throughFar, times: [] as number[] },
  ];
  const warmUp = 100;
  for (let n = 0; n < count + warmUp; n += 1) {
    for (const line of lines) {
      const ms = await line.measure(n);
      if (n >= warmUp) line.times.push(ms);
    }
  }
  await runner.end();
  await Promise.all([bare.close(), near.close(), far.close()]);
  const first = median(lines[0]?.times ?? []);
  return lines.map(({ name, times }) => ({
    name,
    medianMs: median(times),
    p99Ms: quantile(times, 0.99),
    ratio: median(times) / first,
  }));
}
