// The budgets that the operator set, kept where every process sees them: in files, or in the database of all machines.
import { join } from "node:path";
import { type Budgets, createBudgets } from "../budget/budget.ts";
import { openFileBudgetStore } from "../budget/file-store.ts";
import type { BudgetLimits } from "../budget/limits.ts";
import { openPostgresBudgetStore } from "../budget/postgres-store.ts";
import type { BudgetStore } from "../budget/store.ts";
import type { Config } from "../config.ts";
import type { Rooms } from "./rooms.ts";

/** Opens DATA_ROOT/budget, or the tables of the database when there is one. */
export async function openBudgets(
  rooms: Pick<Rooms, "config" | "clock" | "log" | "database">,
): Promise<{ budgets: Budgets; close(): Promise<void> }> {
  const { config, clock } = rooms;
  const store = await openStore(rooms);
  const budgets = createBudgets({ store, limits: budgetLimits(config), clock });
  return { budgets, close: () => store.close() };
}

async function openStore({
  config,
  log,
  database,
}: Pick<Rooms, "config" | "log" | "database">): Promise<BudgetStore> {
  const onDamaged = (place: string): void =>
    log.error({ place }, "the state of the budgets was damaged and is told anew from the days' records");
  return database
    ? openPostgresBudgetStore({ database, onDamaged })
    : openFileBudgetStore({ folder: join(config.DATA_ROOT, "budget"), onDamaged });
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
