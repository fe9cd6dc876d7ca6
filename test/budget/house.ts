// A budget in a folder of its own, with a clock that is set.
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
  folder: string;
  store: BudgetStore;
  budgets: Budgets;
  damaged: string[];
  /** What the clock says from now on. */
  at(time: string): void;
  /** Another process's view: the same folder, opened anew. */
  again(limits?: Partial<BudgetLimits>): Promise<TestBudget>;
  /** A whole run. */
  spend(of: Partial<StepToPay>, requests: number, costUsd: number | undefined): Promise<string[]>;
}

export async function openTestBudget(root: string, limits: Partial<BudgetLimits>): Promise<TestBudget> {
  return openIn(await mkdtemp(join(root, "budget-")), limits);
}

async function openIn(folder: string, limits: Partial<BudgetLimits>): Promise<TestBudget> {
  let now = new Date("2026-07-28T12:00:00.000Z");
  const damaged: string[] = [];
  const store = await openFileBudgetStore({ folder, onDamaged: (path) => damaged.push(path) });
  const budgets = createBudgets({ store, limits: { ...noLimits, ...limits }, clock: () => now });
  return {
    folder,
    store,
    budgets,
    damaged,
    at: (time) => {
      now = new Date(time);
    },
    again: (others = limits) => openIn(folder, others),
    async spend(of, requests, costUsd) {
      return (await budgets.reserve(step(of))).settle({ requests, costUsd });
    },
  };
}
