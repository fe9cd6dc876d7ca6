// What budgets do, wherever their ledger is kept.
import { describe, expect, test } from "vitest";
import type { BudgetLimits } from "../../src/budget/limits.ts";
import { UserError } from "../../src/errors.ts";
import { step, type TestBudget } from "./house.ts";

/** What a step that may not start is told. */
async function refusal(reserving: Promise<unknown>): Promise<string> {
  const error: unknown = await reserving.then(
    () => "it may start",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code: "budget" });
  return String(error);
}

/** `openTestBudget` gives one of its own at each call. */
export function describeBudgets(
  openTestBudget: (limits: Partial<BudgetLimits>) => Promise<TestBudget>,
): void {
  describe("without limits", () => {
    test("a step may use what it likes, and its spending is written down", async () => {
      const { budgets, store } = await openTestBudget({});
      const reservation = await budgets.reserve(step());
      expect(reservation.limits).toEqual({ maxCostUsd: undefined, maxRequests: undefined });
      expect(await reservation.settle({ requests: 7, costUsd: undefined })).toEqual([]);
      expect(await store.spending("2026-07-28")).toEqual([
        expect.objectContaining({
          job_id: "job-a",
          step_id: "02_implement",
          attempt: 1,
          user: "ann",
          repository: "acme/shop",
          pipeline: "default",
          agent: "codex",
          calls: 7,
          cost_usd: null,
          ended: "settled",
        }),
      ]);
    });
  });

  describe("each limit refuses by its name, with what is spent and when it frees up", () => {
    test.each([
      ["MAX_DAILY_COST_USD", { costUsdPerDay: 1 }, { jobId: "b", user: "bob", repository: "acme/site" }],
      ["MAX_DAILY_COST_USD_PER_USER", { costUsdPerUserAndDay: 1 }, { jobId: "b", repository: "acme/site" }],
      ["MAX_DAILY_COST_USD_PER_REPOSITORY", { costUsdPerRepositoryAndDay: 1 }, { jobId: "b", user: "bob" }],
    ])("%s", async (name, limits, other) => {
      const house = await openTestBudget(limits);
      await house.spend({}, 3, 1.25);
      const told = await refusal(house.budgets.reserve(step(other)));
      expect(told).toContain(name);
      expect(told).toContain("1.00 USD a day");
      expect(told).toContain("1.25 USD spent");
      expect(told).toContain("It frees up at 2026-07-29 00:00 UTC");
      house.at("2026-07-29T00:00:00.000Z");
      await house.budgets.reserve(step(other));
    });

    test("MAX_DAILY_API_CALLS", async () => {
      const house = await openTestBudget({ callsPerDay: 10 });
      await house.spend({}, 10, undefined);
      const told = await refusal(house.budgets.reserve(step({ jobId: "b", stepId: "other" })));
      expect(told).toContain("MAX_DAILY_API_CALLS");
      expect(told).toContain("10 calls spent");
    });

    test.each([
      ["MAX_COST_USD_PER_JOB", { costUsdPerJob: 1 }, {}],
      ["budget.max_cost_usd", {}, { jobBudgetUsd: 1 }],
      ["budget.max_calls", {}, { jobBudgetCalls: 3 }],
    ])("%s, on whatever day, and for this job alone", async (name, limits, of) => {
      const house = await openTestBudget(limits);
      await house.spend(of, 3, 1);
      house.at("2026-07-30T12:00:00.000Z");
      const told = await refusal(house.budgets.reserve(step({ ...of, stepId: "03_review" })));
      expect(told).toContain(name);
      expect(told).not.toContain("00:00 UTC");
      await house.budgets.reserve(step({ ...of, jobId: "b" }));
    });

    test.each([
      ["MAX_COST_USD_PER_STEP", { costUsdPerStep: 1 }],
      ["MAX_API_CALLS_PER_STEP", { callsPerStep: 3 }],
    ])("%s, over all attempts, and for this step alone", async (name, limits) => {
      const house = await openTestBudget(limits);
      await house.spend({}, 3, 1);
      expect(await refusal(house.budgets.reserve(step({ attempt: 2 })))).toContain(name);
      await house.budgets.reserve(step({ stepId: "03_review" }));
    });

    test("a job that asks for nothing gets nothing", async () => {
      const { budgets } = await openTestBudget({});
      expect(await refusal(budgets.reserve(step({ jobBudgetUsd: 0 })))).toContain("budget.max_cost_usd");
    });

    test("names that every object has are names like others", async () => {
      const house = await openTestBudget({ costUsdPerUserAndDay: 1 });
      for (const user of ["__proto__", "constructor", "toString"]) {
        await house.spend({ jobId: user, user }, 1, 1);
        expect(await refusal(house.budgets.reserve(step({ jobId: `${user}-2`, user })))).toContain(user);
      }
    });
  });

  describe("what a step may use", () => {
    test("is the least of its limits", async () => {
      const { budgets } = await openTestBudget({
        costUsdPerDay: 100,
        costUsdPerStep: 2,
        callsPerStep: 40,
      });
      const { limits } = await budgets.reserve(step({ jobBudgetUsd: 1.5 }));
      expect(limits).toEqual({ maxCostUsd: 1.5, maxRequests: 40 });
    });

    test("leaves room beside it as long as nothing is known of it", async () => {
      const { budgets } = await openTestBudget({ costUsdPerDay: 8 });
      const granted = [];
      for (const jobId of ["a", "b", "c"])
        granted.push((await budgets.reserve(step({ jobId }))).limits.maxCostUsd);
      expect(granted).toEqual([4, 2, 1]);
    });

    test("is four times what it usually takes, the median of its last ten runs", async () => {
      const before = await openTestBudget({});
      for (const costUsd of [50, 50, 50, 0.1, 1, 0.1, 1, 100, 1, 1, undefined, 1, 90]) {
        await before.spend({ jobId: `job ${costUsd}` }, 4, costUsd);
      }
      const house = await before.again({ costUsdPerDay: 10 });
      house.at("2026-07-30T12:00:00.000Z");
      const { estimate, limits } = await house.budgets.reserve(step({ jobId: "next" }));
      expect(estimate).toEqual({ requests: 4, costUsd: 1 });
      expect(limits).toEqual({ maxCostUsd: 4, maxRequests: undefined });
      const other = await house.budgets.reserve(step({ jobId: "next", stepId: "01_plan" }));
      expect(other.estimate).toEqual({ requests: undefined, costUsd: undefined });
    });

    test("is nothing when less is left than it usually takes; an untouched limit always lets it try", async () => {
      const house = await openTestBudget({ costUsdPerDay: 10 });
      await house.spend({}, 1, 3);
      await house.spend({ jobId: "b" }, 1, 5);
      const told = await refusal(house.budgets.reserve(step({ jobId: "c" })));
      expect(told).toContain("this step usually takes 5.00 USD");
      const narrow = await house.again({ costUsdPerDay: 1 });
      narrow.at("2026-07-29T12:00:00.000Z");
      expect((await narrow.budgets.reserve(step({ jobId: "d" }))).limits.maxCostUsd).toBe(1);
    });

    test("is told as unknown where its cost is, and calls count all the same", async () => {
      const house = await openTestBudget({ costUsdPerDay: 10, callsPerDay: 30 });
      expect(await house.spend({}, 10, undefined)).toEqual([
        "what this run cost is unknown: 10 calls counted, but nothing for MAX_DAILY_COST_USD",
      ]);
      const second = await house.budgets.reserve(step({ jobId: "b" }));
      expect(second.estimate).toEqual({ requests: 10, costUsd: undefined });
      expect(second.warnings).toEqual([expect.stringContaining("is unknown")]);
      await second.settle({ requests: 15, costUsd: Number.NaN });
      expect(await refusal(house.budgets.reserve(step({ jobId: "c" })))).toContain("MAX_DAILY_API_CALLS");
    });
  });

  describe("while it runs", () => {
    test("its hold grows with what it uses as long as something is left", async () => {
      const { budgets } = await openTestBudget({ costUsdPerDay: 8 });
      const first = await budgets.reserve(step());
      expect(first.limits.maxCostUsd).toBe(4);
      expect((await first.progress({ requests: 3, costUsd: 3.5 })).maxCostUsd).toBe(8);
      const other = step({ jobId: "b" });
      expect(await refusal(budgets.reserve(other))).toContain("8.00 USD set aside for what runs");
      await first.settle({ requests: 3, costUsd: 3.6 });
      expect((await budgets.reserve(other)).limits.maxCostUsd).toBeGreaterThan(2);
    });

    test("its hold shrinks to what it usually takes, so that another one can start", async () => {
      const house = await openTestBudget({ costUsdPerDay: 100 });
      await house.spend({}, 5, 1);
      const running = await house.budgets.reserve(step({ jobId: "b" }));
      expect(running.limits.maxCostUsd).toBe(24.75);
      expect((await running.progress({ requests: 1, costUsd: 0.1 })).maxCostUsd).toBe(4);
    });

    test("another process sees it at once", async () => {
      const house = await openTestBudget({ callsPerDay: 2 });
      const other = await house.again();
      await house.budgets.reserve(step());
      await other.budgets.reserve(step({ jobId: "b" }));
      expect(await refusal(other.budgets.reserve(step({ jobId: "c" })))).toContain("2 calls set aside");
    });
  });

  describe("a runner that died", () => {
    test("leaves its holds until the job is released, and all of them count as spent", async () => {
      const house = await openTestBudget({ costUsdPerDay: 8 });
      await house.budgets.reserve(step());
      await house.budgets.reserve(step({ stepId: "03_review" }));
      await house.budgets.release("job-a");
      const [first, second] = await house.store.spending("2026-07-28");
      expect(first).toMatchObject({ cost_usd: 4, ended: "released" });
      expect(second).toMatchObject({ cost_usd: 2, ended: "released" });
      await house.budgets.release("job-a");
      expect(await house.store.spending("2026-07-28")).toHaveLength(2);
      const { limits, estimate } = await house.budgets.reserve(step({ jobId: "b" }));
      expect(limits.maxCostUsd).toBe(1);
      // What nobody saw is no estimate.
      expect(estimate.costUsd).toBeUndefined();
    });

    test("is seen when its step starts again", async () => {
      const { budgets, store } = await openTestBudget({ costUsdPerDay: 8 });
      await budgets.reserve(step());
      await budgets.reserve(step({ attempt: 2 }));
      expect(await store.spending("2026-07-28")).toEqual([
        expect.objectContaining({ attempt: 1, cost_usd: 4, ended: "released" }),
      ]);
    });

    test("holds nothing any more after two hours", async () => {
      const house = await openTestBudget({ callsPerDay: 2 });
      await house.budgets.reserve(step());
      house.at("2026-07-28T14:00:00.001Z");
      await house.budgets.reserve(step({ jobId: "b" }));
      expect(await house.store.spending("2026-07-28")).toEqual([
        expect.objectContaining({ job_id: "job-a", calls: 1, cost_usd: null, ended: "expired" }),
      ]);
    });

    test("and lives after all: its own word counts instead, once, and it may use nothing more", async () => {
      const house = await openTestBudget({ costUsdPerDay: 8 });
      const slept = await house.budgets.reserve(step());
      await house.budgets.release("job-a");
      expect(await slept.progress({ requests: 1, costUsd: 0.5 })).toEqual({ maxCostUsd: 0, maxRequests: 0 });
      for (let time = 0; time < 2; time++) await slept.settle({ requests: 2, costUsd: 1 });
      expect(await house.store.spending("2026-07-28")).toEqual([
        expect.objectContaining({ calls: 2, cost_usd: 1, ended: "settled" }),
      ]);
      expect((await house.budgets.reserve(step({ jobId: "b" }))).limits.maxCostUsd).toBe(3.5);
    });
  });

  describe("days are UTC", () => {
    test("what is set aside over midnight still counts, and what it spent counts on the day of its end", async () => {
      const house = await openTestBudget({ costUsdPerDay: 8 });
      house.at("2026-07-28T23:59:59.000Z");
      const late = await house.budgets.reserve(step());
      house.at("2026-07-29T00:00:01.000Z");
      expect((await house.budgets.reserve(step({ jobId: "b" }))).limits.maxCostUsd).toBe(2);
      await late.settle({ requests: 1, costUsd: 3 });
      expect(await house.store.spending("2026-07-28")).toEqual([]);
      expect(await house.store.spending("2026-07-29")).toHaveLength(1);
    });

    test("a clock that is behind another one's begins no day twice", async () => {
      const house = await openTestBudget({ callsPerDay: 5 });
      house.at("2026-07-29T00:00:30.000Z");
      await house.spend({}, 5, undefined);
      house.at("2026-07-28T23:59:50.000Z");
      const second = step({ jobId: "b" });
      expect(await refusal(house.budgets.reserve(second))).toContain("5 calls spent");
      house.at("2026-07-29T00:01:00.000Z");
      expect(await refusal(house.budgets.reserve(second))).toContain("5 calls spent");
    });

    test("a clock that was wrong by days does no lasting harm", async () => {
      const house = await openTestBudget({ callsPerDay: 5 });
      house.at("2036-01-01T00:00:00.000Z");
      await house.spend({}, 5, undefined);
      house.at("2026-07-28T12:00:00.000Z");
      expect((await house.budgets.reserve(step({ jobId: "b" }))).limits.maxRequests).toBe(5);
    });
  });
}
