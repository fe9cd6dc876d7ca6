import { expect, test } from "vitest";
import { z } from "zod";
import { createBudgets } from "../../../src/budget/budget.ts";
import { type BudgetDatabase, openPostgresBudgetStore } from "../../../src/budget/postgres-store.ts";
import { TransientError } from "../../../src/errors.ts";
import { noLimits, step } from "../house.ts";
import { budgetServer } from "./server.ts";

const { server, open } = await budgetServer();

async function ledgerOf({ db, schema }: BudgetDatabase): Promise<unknown> {
  const { rows } = await db.executeSql(`SELECT ledger FROM ${schema}.budget_ledger`);
  const [row] = z.array(z.object({ ledger: z.string() })).parse(rows);
  return JSON.parse(row?.ledger ?? "null");
}

test("a ledger that was lost or damaged is told again from the runs", async () => {
  const house = await open({ costUsdPerJob: 5, costUsdPerDay: 8 });
  await house.spend({}, 2, 3);
  house.at("2026-07-29T12:00:00.000Z");
  await house.spend({ jobId: "b" }, 2, 2);
  const before = await ledgerOf(house.database);
  const { db, schema } = house.database;
  for (const damage of ["NULL", `'{"schema_version":"1.0","day"'`]) {
    await db.executeSql(`UPDATE ${schema}.budget_ledger SET ledger = ${damage}`);
    await house.budgets.release("nobody");
    expect(await ledgerOf(house.database)).toEqual({ ...Object(before), ended: [] });
  }
  expect(house.damaged).toEqual([`the table ${schema}.budget_ledger`]);
});

test("a ledger of another version is left alone", async () => {
  const house = await open({});
  const { db, schema } = house.database;
  await db.executeSql(`UPDATE ${schema}.budget_ledger SET ledger = '{"schema_version":"9.0","more":true}'`);
  await expect(house.budgets.reserve(step())).rejects.toThrow(/another version .*9\.0/);
  expect(await ledgerOf(house.database)).toEqual({ schema_version: "9.0", more: true });
});

test("names with NUL and quotes are kept as they are", async () => {
  const house = await open({ costUsdPerUserAndDay: 1 });
  const user = "o'\u0000\ud800\"; DROP TABLE x --";
  await house.spend({ user }, 1, 1);
  await expect(house.budgets.reserve(step({ jobId: "b", user }))).rejects.toMatchObject({ code: "budget" });
  expect(await house.store.spending("2026-07-28")).toMatchObject([{ user: expect.stringContaining("DROP") }]);
});

test("runs don't pile up", async () => {
  const house = await open({});
  await house.spend({}, 1, 1);
  house.at("2027-09-05T12:00:00.000Z");
  await house.spend({ jobId: "b" }, 1, 1);
  expect(await house.store.spending("2026-07-28")).toEqual([]);
  expect(await house.store.spending("2027-09-05")).toHaveLength(1);
});

test("300 reservations at once from two machines: no call too many", async () => {
  const house = await open({ callsPerDay: 40, callsPerStep: 1 });
  const other = await house.again();
  const asked = Array.from({ length: 300 }, (_, at) =>
    (at % 2 === 0 ? house : other).budgets.reserve(step({ jobId: `job-${at}` })).then(
      () => "granted",
      (error: unknown) => String(error),
    ),
  );
  const told = await Promise.all(asked);
  expect(told.filter((one) => one === "granted")).toHaveLength(40);
  expect(told.filter((one) => /40 calls set aside/.test(one))).toHaveLength(260);
});

test("what the database committed without a word is not set aside twice", async () => {
  const house = await open({ callsPerDay: 10 });
  let lost = 0;
  const deaf: BudgetDatabase = {
    ...house.database,
    async transaction(action, work) {
      const answer = await house.database.transaction(action, work);
      if (action === "keeping the budgets" && lost++ < 2) throw new TransientError("the answer was lost");
      return answer;
    },
  };
  const budgets = createBudgets({
    store: await openPostgresBudgetStore({ database: deaf, onDamaged: () => undefined }),
    limits: { ...noLimits, callsPerDay: 10 },
    clock: () => new Date("2026-07-28T12:00:00.000Z"),
  });
  const reservation = await budgets.reserve(step());
  expect(reservation.limits.maxRequests).toBe(5);
  lost = 0;
  await reservation.settle({ requests: 3, costUsd: 1 });
  expect(await house.store.spending("2026-07-28")).toMatchObject([{ calls: 3, cost_usd: 1 }]);
  expect(await ledgerOf(house.database)).toMatchObject({ holds: [], today: { all: { calls: 3 } } });
});

test("a database that restarts meanwhile loses nothing", async () => {
  const house = await open({ callsPerDay: 10 });
  const reservation = await house.budgets.reserve(step());
  await server.stop();
  const settled = reservation.settle({ requests: 4, costUsd: 1 });
  await server.start();
  await settled;
  expect(await house.store.spending("2026-07-28")).toMatchObject([{ calls: 4, ended: "settled" }]);
});
