// What a claim and its completion cost at different lengths of the queue.
import { join } from "node:path";
import type { Queue } from "../../src/queue/contract.ts";
import { writeBacklog } from "./backlog-files.ts";
import { body } from "./contestant.ts";
import { openOwnQueue, type Payload } from "./own-queue.ts";
import { median, quantile } from "./quantile.ts";

export interface ClaimResult {
  backlog: number;
  /** One claim and its completion, in milliseconds. */
  medianMs: number;
  p99Ms: number;
  /** The median of what it took of the shortest backlog's time in the same round. */
  ratio: number;
}

const perRound = 20;
const rounds = 24;

/** All lengths take turns, so that each round's ratio is of one moment. */
export async function measureClaim(folder: string, backlogs: readonly number[]): Promise<ClaimResult[]> {
  const lines: { backlog: number; queue: Queue<Payload>; times: number[]; byRound: number[] }[] = [];
  for (const backlog of backlogs) {
    const root = join(folder, `backlog-${backlog}`);
    await writeBacklog(root, { pending: backlog });
    const queue = await openOwnQueue(root);
    const { pending } = await queue.counts();
    if (pending !== backlog) throw new Error(`the backlog of ${backlog} is read as ${pending}`);
    lines.push({ backlog, queue, times: [], byRound: [] });
  }
  let n = 0;
  for (let round = -2; round < rounds; round += 1) {
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[(i + round + lines.length * 2) % lines.length];
      if (!line) continue;
      const times: number[] = [];
      for (let at = 0; at < perRound; at += 1) {
        times.push(await claimAndComplete(line.queue));
        n += 1;
        // The length stays what it is.
        await line.queue.enqueue({ id: `more-${n}`, key: `more#${n}`, payload: { body } });
      }
      // The first two rounds warm up.
      if (round < 0) continue;
      line.times.push(...times);
      line.byRound.push(median(times));
    }
  }
  for (const { queue } of lines) await queue.close();
  const shortest = lines[0]?.byRound ?? [];
  return lines.map(({ backlog, times, byRound }) => ({
    backlog,
    medianMs: median(times),
    p99Ms: quantile(times, 0.99),
    ratio: median(byRound.map((ms, round) => ms / (shortest[round] ?? Number.NaN))),
  }));
}

async function claimAndComplete(queue: Queue<Payload>): Promise<number> {
  const begin = performance.now();
  const claim = await queue.claim();
  if (!claim) throw new Error("a queue with a backlog has nothing to claim");
  await claim.complete();
  return performance.now() - begin;
}
