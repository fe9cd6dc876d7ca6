// How jobs went over time: numbers by day, and by repository, pipeline or agent.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { z } from "zod";
import { isSeen, type Sight } from "./who-sees.ts";

export interface InsightFilter {
  /** Days since 1970, both included. */
  fromDay: number;
  toDay: number;
  repository?: string | undefined;
  pipeline?: string | undefined;
}

const Day = z.object({
  day: z.number(),
  success: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  cost_usd: z.number(),
  median_ms: z.number().nullable(),
});
export type Day = z.infer<typeof Day>;

const Group = z.object({
  name: z.string(),
  jobs: z.number(),
  success: z.number(),
  failed: z.number(),
  cost_usd: z.number(),
  /** Of how many the cost is known. */
  priced: z.number(),
  median_ms: z.number().nullable(),
  slow_ms: z.number().nullable(),
});
export type Group = z.infer<typeof Group>;

const AgentGroup = Group.extend({
  tokens_in: z.number(),
  tokens_out: z.number(),
  attempts: z.number(),
  simulated: z.number(),
});
export type AgentGroup = z.infer<typeof AgentGroup>;

const ended = "status IN ('success', 'failed', 'timeout', 'cancelled')";

/** Days without a job are not among them. */
export function insightDays(db: DatabaseSync, filter: InsightFilter, sight: Sight): Day[] {
  const { sql, values } = where(filter, sight);
  const rows = db
    .prepare(
      `SELECT day, sum(status = 'success') AS success, sum(status IN ('failed', 'timeout')) AS failed,
        sum(status = 'cancelled') AS cancelled, total(cost_usd) AS cost_usd,
        max(CASE WHEN place = (known + 1) / 2 THEN duration_ms END) AS median_ms
      FROM (
        SELECT day, status, cost_usd, duration_ms,
          row_number() OVER (PARTITION BY day ORDER BY duration_ms) - (count(*) OVER (PARTITION BY day) - count(duration_ms) OVER (PARTITION BY day)) AS place,
          count(duration_ms) OVER (PARTITION BY day) AS known
        FROM jobs WHERE ${ended} AND ${sql}
      ) GROUP BY day ORDER BY day`,
    )
    .all(...values);
  return z.array(Day).parse(rows);
}

const groupColumns = { repository: "place", pipeline: "pipeline" } as const;

/** The ones with the most jobs first, at most 30. */
export function insightGroups(
  db: DatabaseSync,
  by: keyof typeof groupColumns,
  filter: InsightFilter,
  sight: Sight,
): Group[] {
  const { sql, values } = where(filter, sight);
  const column = groupColumns[by];
  const rows = db.prepare(`${grouped(column, "jobs", `${ended} AND ${sql}`, "")} LIMIT 30`).all(...values);
  return z.array(Group).parse(rows);
}

/** Steps, not jobs. */
export function insightAgents(db: DatabaseSync, filter: InsightFilter, sight: Sight): AgentGroup[] {
  const { repository, fromDay, toDay } = filter;
  const seen = isSeen(sight);
  const place = repository === undefined ? "1" : "place_key = ?";
  const more =
    ", total(tokens_in) AS tokens_in, total(tokens_out) AS tokens_out, total(attempts) AS attempts, sum(simulated) AS simulated";
  const kept = ", tokens_in, tokens_out, attempts, simulated";
  const condition = `day BETWEEN ? AND ? AND ${ended} AND ${place} AND ${seen.sql}`;
  const rows = db
    .prepare(`${grouped("agent", "steps", condition, more, kept)} LIMIT 30`)
    .all(fromDay, toDay, ...(repository === undefined ? [] : [repository.toLowerCase()]), ...seen.values);
  return z.array(AgentGroup).parse(rows);
}

/** Medians and ninetieth percentiles by place in the order of durations; NULLs come first and are left out. */
function grouped(column: string, table: string, condition: string, more: string, kept = ""): string {
  return `SELECT name, count(*) AS jobs, sum(status = 'success') AS success,
      sum(status IN ('failed', 'timeout')) AS failed, total(cost_usd) AS cost_usd, count(cost_usd) AS priced,
      max(CASE WHEN place_of = (known + 1) / 2 THEN duration_ms END) AS median_ms,
      max(CASE WHEN place_of = (known * 9 + 9) / 10 THEN duration_ms END) AS slow_ms${more}
    FROM (
      SELECT ${column} AS name, status, cost_usd, duration_ms${kept},
        row_number() OVER (PARTITION BY ${column} ORDER BY duration_ms) - (count(*) OVER (PARTITION BY ${column}) - count(duration_ms) OVER (PARTITION BY ${column})) AS place_of,
        count(duration_ms) OVER (PARTITION BY ${column}) AS known
      FROM ${table} WHERE ${condition}
    ) GROUP BY name ORDER BY jobs DESC, name`;
}

function where(
  { fromDay, toDay, repository, pipeline }: InsightFilter,
  sight: Sight,
): { sql: string; values: SQLInputValue[] } {
  const seen = isSeen(sight);
  const sql = ["day BETWEEN ? AND ?", seen.sql];
  const values: SQLInputValue[] = [fromDay, toDay, ...seen.values];
  if (repository !== undefined) {
    sql.push("place_key = ?");
    values.push(repository.toLowerCase());
  }
  if (pipeline !== undefined) {
    sql.push("pipeline = ?");
    values.push(pipeline);
  }
  return { sql: sql.join(" AND "), values };
}
