// One Postgres for a test file, and for each budget a schema of its own.
import { afterAll } from "vitest";
import { type Postgres, startPostgres } from "../../../demo/postgres/start.ts";
import type { BudgetLimits } from "../../../src/budget/limits.ts";
import { type BudgetDatabase, openPostgresBudgetStore } from "../../../src/budget/postgres-store.ts";
import { type Database, openDatabase } from "../../../src/queue/postgres/database.ts";
import { createTestBudget, type TestBudget } from "../house.ts";

export interface BudgetServer {
  server: Postgres;
  /** Another schema at each call. */
  newSchema(): Promise<BudgetDatabase>;
  open(limits: Partial<BudgetLimits>): Promise<TestBudget & { database: BudgetDatabase; damaged: string[] }>;
}

/** Starts the server and two ways to it, as of two machines; call it at the top of a file. */
export async function budgetServer(): Promise<BudgetServer> {
  const server = await startPostgres({ settings: { fsync: "off" } });
  afterAll(() => server.end());
  const machines: Database[] = [];
  for (let at = 0; at < 2; at++) {
    const machine = await openDatabase({ url: server.url, maxConnections: 5 });
    machines.push(machine);
    // Before the server's own end: these run in reverse order.
    afterAll(() => machine.close());
  }
  let schemas = 0;
  let opened = 0;

  async function newSchema(): Promise<BudgetDatabase> {
    const [first] = machines;
    if (!first) throw new Error("no machine");
    schemas += 1;
    const schema = `budget_${schemas}`;
    await first.db.executeSql(`CREATE SCHEMA ${schema}`);
    return { ...first, schema };
  }

  return {
    server,
    newSchema,
    async open(limits) {
      const database = await newSchema();
      const damaged: string[] = [];
      const budget = await createTestBudget(() => {
        opened += 1;
        const machine = { ...(machines[opened % 2] ?? database), schema: database.schema };
        return openPostgresBudgetStore({ database: machine, onDamaged: (place) => damaged.push(place) });
      }, limits);
      return { ...budget, database, damaged };
    },
  };
}
