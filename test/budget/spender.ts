// A runner in a process of its own: reserves, makes requests that cost something, tells, settles, or dies.
//
// Each request is written down before it is made, as a provider would: what this says is the truth, whatever the budget
// believes. Told to die at a place, it kills itself there as the kernel would.
import { appendFileSync } from "node:fs";
import { z } from "zod";
import { createBudgets } from "../../src/budget/budget.ts";
import { openFileBudgetStore } from "../../src/budget/file-store.ts";
import { openPostgresBudgetStore } from "../../src/budget/postgres-store.ts";
import { UserError } from "../../src/errors.ts";
import { openDatabase } from "../../src/queue/postgres/database.ts";
import { noLimits, step } from "./house.ts";

export const Task = z.object({
  jobId: z.string(),
  /** What each request costs, in millionths of a USD. */
  requests: z.array(z.number()),
  /** Whether it tells of each request. */
  tells: z.boolean(),
  /** After so many requests it dies: before telling, after it, or never. */
  dies: z.object({ after: z.number(), when: z.enum(["before", "after"]) }).optional(),
});
export type Task = z.infer<typeof Task>;

export const Orders = z.object({
  /** Where the ledger is. */
  place: z.union([z.object({ folder: z.string() }), z.object({ url: z.string(), schema: z.string() })]),
  truth: z.string(),
  costUsdPerDay: z.number().optional(),
  callsPerDay: z.number().optional(),
  /** It is killed after so long, wherever it is. */
  killedAfterMs: z.number().optional(),
  tasks: z.array(Task),
});
export type Orders = z.infer<typeof Orders>;

const { place, truth, costUsdPerDay, callsPerDay, killedAfterMs, tasks } = Orders.parse(
  JSON.parse(process.argv[2] ?? ""),
);
const onDamaged = (): void => process.exit(3);
const store =
  "folder" in place
    ? await openFileBudgetStore({ folder: place.folder, onDamaged })
    : await openPostgresBudgetStore({
        database: { ...(await openDatabase({ url: place.url, maxConnections: 2 })), schema: place.schema },
        onDamaged,
      });
const limits = { ...noLimits, costUsdPerDay, callsPerDay };
const budgets = createBudgets({ store, limits, clock: () => new Date() });
const say = (line: string): void => appendFileSync(truth, `${line}\n`);
const die = (): void => void process.kill(process.pid, "SIGKILL");
if (killedAfterMs !== undefined) setTimeout(die, killedAfterMs);

for (const task of tasks) {
  // As a runner does that takes over from a dead one.
  await budgets.release(task.jobId);
  try {
    await work(task);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say("refused");
  }
  say(`done ${task.jobId}`);
}
await store.close();
process.exit();

async function work({ jobId, requests, tells, dies }: Task): Promise<void> {
  const reservation = await budgets.reserve(step({ jobId }));
  let { maxCostUsd = Infinity, maxRequests = Infinity } = reservation.limits;
  let micro = 0;
  let made = 0;
  for (const cost of requests) {
    if (micro >= maxCostUsd * 1e6 || made >= maxRequests) break;
    say(`spent ${cost}`);
    micro += cost;
    made += 1;
    if (dies?.after === made && dies.when === "before") die();
    if (tells) {
      const left = await reservation.progress({ requests: made, costUsd: micro / 1e6 });
      ({ maxCostUsd = Infinity, maxRequests = Infinity } = left);
    }
    if (dies?.after === made && dies.when === "after") die();
  }
  await reservation.settle({ requests: made, costUsd: micro / 1e6 });
}
