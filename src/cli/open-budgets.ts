// The budgets that the operator set, kept where every process of this machine sees them.
import { join } from "node:path";
import { type Budgets, createBudgets } from "../budget/budget.ts";
import { openFileBudgetStore } from "../budget/file-store.ts";
import type { BudgetLimits } from "../budget/limits.ts";
import type { Config } from "../config.ts";
import type { Rooms } from "./rooms.ts";

/** Opens DATA_ROOT/budget. */
export async function openBudgets({
  config,
  clock,
  log,
}: Pick<Rooms, "config" | "clock" | "log">): Promise<{ budgets: Budgets; close(): Promise<void> }> {
  const store = await openFileBudgetStore({
    folder: join(config.DATA_ROOT, "budget"),
    onDamaged: (path) =>
      log.error({ path }, "the state of the budgets was damaged and is told anew from the days' files"),
  });
  const budgets = createBudgets({ store, limits: budgetLimits(config), clock });
  return { budgets, close: () => store.close() };
}

/** 0 is no limit. */
function budgetLimits(config: Config): BudgetLimits {
  const orNone = (value: number): number | undefined => (value === 0 ? undefined : value);
  return {
    costUsdPerStep: orNone(config.MAX_COST_USD_PER_STEP),
    costUsdPerJob: orNone(config.MAX_COST_USD_PER_JOB),
    costUsdPerUserAndDay: orNone(config.MAX_DAILY_COST_USD_PER_USER),
    costUsdPerRepositoryAndDay: orNone(config.MAX_DAILY_COST_USD_PER_REPOSITORY),
    costUsdPerDay: orNone(config.MAX_DAILY_COST_USD),
    callsPerStep: orNone(config.MAX_API_CALLS_PER_STEP),
    callsPerDay: orNone(config.MAX_DAILY_API_CALLS),
  };
}
