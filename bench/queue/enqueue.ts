// How many tickets a second can be made durable.
import { join } from "node:path";
import { explain } from "../../src/errors.ts";
import { createBareLoop } from "./bare-loop.ts";
import { createBullMq } from "./bullmq.ts";
import type { Contestant } from "./contestant.ts";
import type { LoadOpponent } from "./opponents.ts";
import { createOwnContestant } from "./own-queue.ts";
import { createPgBoss } from "./pg-boss.ts";
import { type Standing, standings } from "./rounds.ts";
import { createSqlite } from "./sqlite.ts";

export interface EnqueueResult {
  levels: { atOnce: number; standings: Standing[] }[];
  /** What could not be measured, and why. */
  missing: string[];
}

export async function measureEnqueue(folder: string, load: LoadOpponent): Promise<EnqueueResult> {
  const missing: string[] = [];
  const contestants: Contestant[] = [
    await createBareLoop(join(folder, "bare")),
    await createOwnContestant(join(folder, "fsqueue")),
    await createSqlite(join(folder, "sqlite")),
  ];
  try {
    for (const create of [
      () => createPgBoss(folder, load),
      () => createBullMq(join(folder, "redis"), load),
    ]) {
      try {
        contestants.push(await create());
      } catch (error) {
        const reason = explain(error);
        missing.push(reason);
        console.error(`\n!!! LEFT OUT: ${reason}\n`);
      }
    }
    const levels: EnqueueResult["levels"] = [];
    for (const atOnce of [1, 8, 32]) {
      levels.push({ atOnce, standings: await standings(contestants, { atOnce, rounds: 9, ms: 350 }) });
    }
    return { levels, missing };
  } finally {
    for (const contestant of contestants) await contestant.close();
  }
}
