// The ledger in Postgres, for the processes of many machines: one row that is locked while it changes, and a row for the
// end of each run.
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { TransientError } from "../errors.ts";
import { parseJson, readLedger } from "./read-ledger.ts";
import { rebuildLedger } from "./rebuild.ts";
import { lastWords, Spending } from "./spending.ts";
import type { BudgetStore } from "./store.ts";

/** The pool, or a transaction. */
interface Sql {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** What the store needs of the database; the queues' own does it. */
export interface BudgetDatabase {
  /** A name that needs no quotes. */
  schema: string;
  db: Sql;
  /** Commits what `work` does, which may be asked again; throws TransientError when the database is away. */
  transaction<T>(action: string, work: (tx: Sql) => Promise<T>): Promise<T>;
}

/** How many days' runs are kept, and how many of them a lost ledger is told again from. */
const keptDays = 400;
const rebuiltDays = 31;
/** A database that restarts is back soon: pauses between tries, before the caller hears of it. */
const pausesMs = [100, 500, 2000, 5000];

const LedgerRow = z.object({ ledger: z.string().nullable() });
const SpendingRow = z.object({ day: z.string(), line: z.string() });

/**
 * Opens the store in the schema, where it makes two tables. The database outlives it. `onDamaged` hears of a ledger that
 * could not be read and was told anew. It is kept as text: JSON of Postgres's own knows no `\u0000`.
 */
export async function openPostgresBudgetStore(options: {
  database: BudgetDatabase;
  onDamaged: (place: string) => void;
}): Promise<BudgetStore> {
  const { database, onDamaged } = options;
  const { schema } = database;
  const place = `the table ${schema}.budget_ledger`;

  await again(() =>
    database.transaction("making the budgets' tables", async (tx) => {
      await tx.executeSql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${schema} budget`]);
      await tx.executeSql(createTables(schema));
    }),
  );

  /** The runs that ended on `days` and later ones, oldest first. */
  async function spendingSince(sql: Sql, day: string): Promise<{ day: string; lines: Spending[] }[]> {
    const { rows } = await sql.executeSql(
      `SELECT day::text AS day, line FROM ${schema}.budget_spending WHERE day >= $1::date ORDER BY day, place`,
      [day],
    );
    const byDay = new Map<string, Spending[]>();
    for (const row of z.array(SpendingRow).parse(rows)) {
      const spending = Spending.safeParse(parseJson(row.line));
      if (spending.success) byDay.set(row.day, [...(byDay.get(row.day) ?? []), spending.data]);
    }
    return [...byDay].map(([of, lines]) => ({ day: of, lines: lastWords(lines) }));
  }

  async function retell(sql: Sql) {
    const { rows } = await sql.executeSql(
      `SELECT DISTINCT day::text AS day FROM ${schema}.budget_spending ORDER BY day DESC LIMIT ${rebuiltDays}`,
    );
    const oldest = z
      .array(z.object({ day: z.string() }))
      .parse(rows)
      .at(-1)?.day;
    return oldest === undefined ? undefined : rebuildLedger(await spendingSince(sql, oldest));
  }

  return {
    change: (change) =>
      again(() =>
        database.transaction("keeping the budgets", async (tx) => {
          // Whoever comes second waits here and reads what the first one has committed.
          const { rows } = await tx.executeSql(`SELECT ledger FROM ${schema}.budget_ledger FOR UPDATE`);
          const [row] = z.array(LedgerRow).parse(rows);
          if (!row) throw new Error(`${place} has lost its row; restart Patchbay, which makes it anew`);
          let before = row.ledger === null ? undefined : readLedger(row.ledger, place);
          if (!before) {
            if (row.ledger !== null) onDamaged(place);
            before = await retell(tx);
          }
          const { ledger, lines, answer } = change(before);
          for (const line of lines) {
            await tx.executeSql(`INSERT INTO ${schema}.budget_spending (day, line) VALUES ($1::date, $2)`, [
              ledger.day,
              JSON.stringify(line),
            ]);
          }
          await tx.executeSql(`UPDATE ${schema}.budget_ledger SET ledger = $1, changed_at = now()`, [
            JSON.stringify(ledger),
          ]);
          if (before?.day !== ledger.day) {
            await tx.executeSql(`DELETE FROM ${schema}.budget_spending WHERE day <= $1::date - ${keptDays}`, [
              ledger.day,
            ]);
          }
          return answer;
        }),
      ),
    async spending(day) {
      if (!z.iso.date().safeParse(day).success) return [];
      const days = await again(() => spendingSince(database.db, day));
      return days.find((one) => one.day === day)?.lines ?? [];
    },
    close: () => Promise.resolve(),
  };
}

function createTables(schema: string): string {
  return `
    CREATE TABLE IF NOT EXISTS ${schema}.budget_ledger (
      -- There is one row.
      single boolean PRIMARY KEY DEFAULT true CHECK (single),
      ledger text,
      changed_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO ${schema}.budget_ledger DEFAULT VALUES ON CONFLICT DO NOTHING;
    CREATE TABLE IF NOT EXISTS ${schema}.budget_spending (
      place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      day date NOT NULL,
      line text NOT NULL
    );
    CREATE INDEX IF NOT EXISTS budget_spending_day ON ${schema}.budget_spending (day, place);
  `;
}

/** Tries again while the database is away. What was committed without a word is told twice, which changes nothing. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      await delay(pauseMs);
    }
  }
  return work();
}
