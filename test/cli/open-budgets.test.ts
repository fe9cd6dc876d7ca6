import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBudgets } from "../../src/cli/open-budgets.ts";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { step } from "../budget/house.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();
const log = createLog({ level: "silent", json: true, mask: (line) => line });

async function reserveWith(environment: Record<string, string>) {
  const config = loadConfig({ ...environment, DATA_ROOT: await mkdtemp(join(root, "data-")) });
  const opened = await openBudgets({ config, clock: () => new Date(), log, database: undefined });
  try {
    const { limits } = await opened.budgets.reserve(step({ jobBudgetUsd: 90 }));
    expect(existsSync(join(config.DATA_ROOT, "budget", "state.json"))).toBe(true);
    return limits;
  } finally {
    await opened.close();
  }
}

test.each([
  ["MAX_DAILY_API_CALLS", { maxCostUsd: 90, maxRequests: 4 }],
  ["MAX_API_CALLS_PER_STEP", { maxCostUsd: 90, maxRequests: 8 }],
  ["MAX_DAILY_COST_USD", { maxCostUsd: 4, maxRequests: undefined }],
  ["MAX_DAILY_COST_USD_PER_USER", { maxCostUsd: 4, maxRequests: undefined }],
  ["MAX_DAILY_COST_USD_PER_REPOSITORY", { maxCostUsd: 4, maxRequests: undefined }],
  ["MAX_COST_USD_PER_JOB", { maxCostUsd: 8, maxRequests: undefined }],
  ["MAX_COST_USD_PER_STEP", { maxCostUsd: 8, maxRequests: undefined }],
])("%s reaches a step; 0 is no limit", async (name, limits) => {
  expect(await reserveWith({ [name]: "8" })).toEqual(limits);
  expect(await reserveWith({ [name]: "0" })).toEqual({ maxCostUsd: 90, maxRequests: undefined });
});
