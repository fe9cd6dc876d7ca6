import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Usage } from "../../src/budget/usage.ts";
import { followSpending } from "../../src/runner/follow-spending.ts";
import { openFileBudget, step } from "../budget/house.ts";
import { temporaryFolder } from "../temp-folder.ts";

const root = await temporaryFolder();
const spent = (requests: number, usd: number | undefined) => ({
  requests,
  tokensIn: undefined,
  tokensOut: undefined,
  costUsd: undefined,
  estimateUsd: usd,
});
const silent = { warn: () => undefined };

test("limits grow in place while something is left, and what was used is kept for the case of a crash", async () => {
  const { budgets, store } = await openFileBudget(root, { costUsdPerDay: 8 });
  const reserved = await budgets.reserve(step());
  const { limits } = reserved;
  expect(limits).toEqual({ maxCostUsd: 4, maxRequests: undefined });
  const following = followSpending(reserved, silent);
  following.note(spent(3, 3.5));
  await following.end();
  expect(limits).toEqual({ maxCostUsd: 8, maxRequests: undefined });
  await budgets.release("job-a");
  expect(await store.spending("2026-07-28")).toEqual([expect.objectContaining({ calls: 3, cost_usd: 8 })]);
});

test("one word at a time, the last one always", async () => {
  const { budgets } = await openFileBudget(root, {});
  const reserved = await budgets.reserve(step());
  const told: number[] = [];
  let busy = 0;
  const following = followSpending(
    {
      ...reserved,
      async progress(used: Usage) {
        expect(++busy).toBe(1);
        await setImmediate();
        told.push(used.requests);
        busy--;
        return reserved.limits;
      },
    },
    silent,
  );
  for (let requests = 1; requests <= 20; requests++) following.note(spent(requests, undefined));
  await following.end();
  following.note(spent(21, undefined));
  await following.end();
  expect(told).toEqual([1, 20, 21]);
});

test("a disk that refuses is told and ends nothing", async () => {
  const { budgets } = await openFileBudget(root, { callsPerDay: 10 });
  const reserved = await budgets.reserve(step());
  const before = { ...reserved.limits };
  const warned: unknown[] = [];
  const following = followSpending(
    { ...reserved, progress: () => Promise.reject(new Error("no space left")) },
    { warn: (fields: unknown) => void warned.push(fields) },
  );
  following.note(spent(1, undefined));
  await following.end();
  expect(reserved.limits).toEqual(before);
  expect(warned).toEqual([{ reason: "no space left" }]);
});
