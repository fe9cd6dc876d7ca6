// Whatever several runners reserve, spend, settle and die of at the same time: a limit is passed by no more than the
// one request that each of them has running.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import type { Orders, Task } from "./spender.ts";

const root = await temporaryFolder();
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
  base: Pick<Orders, "folder" | "costUsdPerDay" | "callsPerDay">,
): Promise<string[]> {
  const truth = join(base.folder, `truth-${name}`);
  await writeFile(truth, "");
  const tasks: Task[] = plan.tasks.map((task, at) => ({ ...task, jobId: `${name}-${at}` }));
  let { killedAfterMs } = plan;
  for (;;) {
    const said = (await readFile(truth, "utf8")).split("\n");
    const left = tasks.filter(({ jobId }) => !said.includes(`done ${jobId}`));
    if (left.length === 0) return said;
    const orders: Orders = { ...base, truth, tasks: left, killedAfterMs };
    try {
      await promisify(execFile)(process.execPath, [program, JSON.stringify(orders)], { timeout: 30_000 });
    } catch (error) {
      expect(error).toMatchObject({ signal: "SIGKILL" });
    }
    // Each death is died once.
    if (killedAfterMs === undefined && left[0]) left[0].dies = undefined;
    killedAfterMs = undefined;
    seen.deaths += 1;
  }
}

const seen = { refused: 0, deaths: 0 };

async function spendTogether(
  plans: { tasks: Omit<Task, "jobId">[]; killedAfterMs: number | undefined }[],
  limits: { costUsdPerDay?: number; callsPerDay?: number },
): Promise<{ microUsd: number; calls: number }> {
  const folder = await mkdtemp(join(root, "together-"));
  const said = (
    await Promise.all(plans.map((plan, at) => runner(`runner-${at}`, plan, { folder, ...limits })))
  ).flat();
  const spent = said.flatMap((line) => (line.startsWith("spent ") ? [Number(line.slice(6))] : []));
  seen.refused += said.filter((line) => line === "refused").length;
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
    { numRuns: 7, endOnFailure: true },
  );
  // It was no empty word: steps were refused and runners died.
  expect(seen.refused).toBeGreaterThan(5);
  expect(seen.deaths).toBeGreaterThan(5);
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
    { numRuns: 5, endOnFailure: true },
  );
});
