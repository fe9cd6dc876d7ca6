// A budget of its own, with a clock that is set.
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type Budgets, createBudgets, type StepToPay } from "../../src/budget/budget.ts";
import { openFileBudgetStore } from "../../src/budget/file-store.ts";
import type { BudgetLimits } from "../../src/budget/limits.ts";
import type { BudgetStore } from "../../src/budget/store.ts";

export const noLimits: BudgetLimits = {
  costUsdPerStep: undefined,
  costUsdPerJob: undefined,
  costUsdPerUserAndDay: undefined,
  costUsdPerRepositoryAndDay: undefined,
  costUsdPerDay: undefined,
  callsPerStep: undefined,
  callsPerDay: undefined,
};

export function step(of: Partial<StepToPay> = {}): StepToPay {
  return {
    jobId: "job-a",
    stepId: "02_implement",
    attempt: 1,
    user: "ann",
    repository: "acme/shop",
    pipeline: "default",
    agent: "codex",
    jobBudgetUsd: undefined,
    ...of,
  };
}

export interface TestBudget {
  store: BudgetStore;
  budgets: Budgets;
  /** What the clock says from now on. */
  at(time: string): void;
  /** Another process's view: the same ledger, opened anew. */
  again(limits?: Partial<BudgetLimits>): Promise<TestBudget>;
  /** A whole run. */
  spend(of: Partial<StepToPay>, requests: number, costUsd: number | undefined): Promise<string[]>;
}

/** A budget on the store that `open` gives, each time as another process would see it. */
export async function createTestBudget(
  open: () => Promise<BudgetStore>,
  limits: Partial<BudgetLimits>,
): Promise<TestBudget> {
  let now = new Date("2026-07-28T12:00:00.000Z");
  const store = await open();
  const budgets = createBudgets({ store, limits: { ...noLimits, ...limits }, clock: () => now });
  return {
    store,
    budgets,
    at: (time) => {
      now = new Date(time);
    },
    again: (others = limits) => createTestBudget(open, others),
    async spend(of, requests, costUsd) {
      return (await budgets.reserve(step(of))).settle({ requests, costUsd });
    },
  };
}

/** One in a folder of its own below `root`; `damaged` are the states that could not be read. */
export async function openFileBudget(
  root: string,
  limits: Partial<BudgetLimits>,
): Promise<TestBudget & { folder: string; damaged: string[] }> {
  const folder = await mkdtemp(join(root, "budget-"));
  const damaged: string[] = [];
  const open = () => openFileBudgetStore({ folder, onDamaged: (path) => damaged.push(path) });
  return { ...(await createTestBudget(open, limits)), folder, damaged };
}
