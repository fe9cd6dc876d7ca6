// Whatever several runners reserve, spend, settle and die of at the same time: a limit is passed by no more than the
// one request that each of them has running.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Orders, Task } from "./spender.ts";

const program = fileURLToPath(new URL("spender.ts", import.meta.url));
const dearest = 10_000;

const TaskPlan = fc.record({
  requests: fc.array(fc.integer({ min: 1, max: dearest }), { minLength: 6, maxLength: 30 }),
  tells: fc.boolean(),
  dies: fc.option(
    fc.record({
      after: fc.integer({ min: 1, max: 6 }),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
    { nil: undefined, freq: 2 },
  ),
});
const RunnerPlan = fc.record({
  tasks: fc.array(TaskPlan, { minLength: 2, maxLength: 4 }),
  killedAfterMs: fc.option(fc.integer({ min: 5, max: 120 }), { nil: undefined }),
});

/** Lets a runner do its tasks; after each death another one takes over, releases what it left and goes on. */
async function runner(
  name: string,
  plan: { tasks: Omit<Task, "jobId">[]; killedAfterMs: number | undefined },
  folder: string,
  base: Pick<Orders, "place" | "costUsdPerDay" | "callsPerDay">,
): Promise<{ said: string[]; deaths: number }> {
  const truth = join(folder, `truth-${name}`);
  await writeFile(truth, "");
  const tasks: Task[] = plan.tasks.map((task, at) => ({ ...task, jobId: `${name}-${at}` }));
  let { killedAfterMs } = plan;
  let deaths = 0;
  for (;;) {
    const said = (await readFile(truth, "utf8")).split("\n");
    const left = tasks.filter(({ jobId }) => !said.includes(`done ${jobId}`));
    if (left.length === 0) return { said, deaths };
    const orders: Orders = { ...base, truth, tasks: left, killedAfterMs };
    try {
      await promisify(execFile)(process.execPath, [program, JSON.stringify(orders)], { timeout: 30_000 });
    } catch (error) {
      expect(error).toMatchObject({ signal: "SIGKILL" });
    }
    // Each death is died once.
    if (killedAfterMs === undefined && left[0]) left[0].dies = undefined;
    killedAfterMs = undefined;
    deaths += 1;
  }
}

/** A ledger that nobody else has, and a folder for what the runners write down. */
export type NewPlace = () => Promise<{ place: Orders["place"]; folder: string }>;

export function describeProcesses(newPlace: NewPlace, runs: { usd: number; calls: number }): void {
  const seen = { refused: 0, deaths: 0 };

  async function spendTogether(
    plans: { tasks: Omit<Task, "jobId">[]; killedAfterMs: number | undefined }[],
    limits: { costUsdPerDay?: number; callsPerDay?: number },
  ): Promise<{ microUsd: number; calls: number }> {
    const { place, folder } = await newPlace();
    const ended = await Promise.all(
      plans.map((plan, at) => runner(`runner-${at}`, plan, folder, { place, ...limits })),
    );
    const said = ended.flatMap((one) => one.said);
    const spent = said.flatMap((line) => (line.startsWith("spent ") ? [Number(line.slice(6))] : []));
    seen.refused += said.filter((line) => line === "refused").length;
    seen.deaths += ended.reduce((sum, one) => sum + one.deaths, 0);
    return { microUsd: spent.reduce((sum, cost) => sum + cost, 0), calls: spent.length };
  }

  test("in USD", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(RunnerPlan, { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 50_000, max: 400_000 }),
        async (plans, limit) => {
          const { microUsd } = await spendTogether(plans, { costUsdPerDay: limit / 1e6 });
          expect(microUsd).toBeLessThan(limit + plans.length * dearest);
        },
      ),
      { numRuns: runs.usd, endOnFailure: true },
    );
    // It was no empty word: steps were refused and runners died.
    expect(seen.refused).toBeGreaterThan(runs.usd - 2);
    expect(seen.deaths).toBeGreaterThan(runs.usd - 2);
  });

  test("in calls, to the last one", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(RunnerPlan, { minLength: 2, maxLength: 3 }),
        fc.integer({ min: 5, max: 60 }),
        async (plans, limit) => {
          const { calls } = await spendTogether(plans, { callsPerDay: limit });
          expect(calls).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: runs.calls, endOnFailure: true },
    );
  });
}
