// Searching among all jobs: filter, order, pages. Pure but for the database that it is given.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { z } from "zod";
import { JobRow, jobColumns } from "./job-row.ts";
import { isSeen, type Sight } from "./who-sees.ts";

const Order = z.enum(["newest", "oldest", "cost", "duration"]);

export const JobFilter = z.object({
  /** Words of goal, report, repository and people; or the beginning of a job's id. */
  text: z.string().max(500).optional(),
  repository: z.string().max(200).optional(),
  status: z.string().max(20).optional(),
  pipeline: z.string().max(64).optional(),
  agent: z.string().max(64).optional(),
  person: z.string().max(100).optional(),
  /** Milliseconds since 1970. */
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  minCostUsd: z.number().optional(),
  order: Order.default("newest"),
  /** From the page before. */
  cursor: z.string().max(100).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});
export type JobFilter = z.infer<typeof JobFilter>;

interface Clause {
  sql: string;
  values: SQLInputValue[];
}

interface Plan {
  /** What is ordered by; nothing is NULL there. */
  key: string;
  /** The same job's place, for those that are equal. */
  n: string;
  descending: boolean;
  /** With a text, in the order of creation, it is looked up as far as the page needs it, and no further. */
  isStreamed: boolean;
  from: string;
}

function planOf({ order, text }: JobFilter): Plan {
  const inTime = order === "newest" || order === "oldest";
  const isStreamed = inTime && ftsQuery(text) !== undefined;
  const n = isStreamed ? "words.rowid" : "jobs.n";
  const from = isStreamed ? "words CROSS JOIN jobs ON jobs.n = words.rowid" : "jobs";
  const key = inTime ? n : order === "cost" ? "ifnull(jobs.cost_usd, -1)" : "ifnull(jobs.duration_ms, -1)";
  return { key, n, descending: order !== "oldest", isStreamed, from };
}

/** More than these are not counted. */
export const maxCounted = 1000;

/** The page and where the next one begins; `total` stops at `maxCounted`. */
export function findJobs(
  db: DatabaseSync,
  filter: JobFilter,
  sight: Sight,
): { jobs: JobRow[]; next: string | undefined; total: number } {
  const plan = planOf(filter);
  const { key, n, descending, from } = plan;
  const clauses = conditions(filter, sight, plan);
  const cursor = readCursor(filter.cursor);
  const way = descending ? "DESC" : "ASC";
  const beyond: Clause[] = cursor ? [after(plan, cursor)] : [];
  const all = [...clauses, ...beyond];
  const rows = db
    .prepare(
      `SELECT ${jobColumns}, ${key} AS sort_key FROM ${from} WHERE ${all.map(({ sql }) => sql).join(" AND ")} ` +
        `ORDER BY ${key} ${way}${key === n ? "" : `, ${n} ${way}`} LIMIT ?`,
    )
    .all(...all.flatMap(({ values }) => values), filter.limit + 1);
  const found = z.array(JobRow.extend({ sort_key: z.number() })).parse(rows);
  const jobs = found.slice(0, filter.limit);
  const last = jobs.at(-1);
  const next = found.length > filter.limit && last ? `${last.sort_key}_${last.n}` : undefined;
  return { jobs, next, total: count(db, from, clauses) };
}

function after({ key, n, descending }: Plan, cursor: { value: number; n: number }): Clause {
  const than = descending ? "<" : ">";
  if (key === n) return { sql: `${n} ${than} ?`, values: [cursor.n] };
  return { sql: `(${key}, ${n}) ${than} (?, ?)`, values: [cursor.value, cursor.n] };
}

function count(db: DatabaseSync, from: string, clauses: readonly Clause[]): number {
  const row = db
    .prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM ${from} WHERE ${clauses.map(({ sql }) => sql).join(" AND ")} LIMIT ?)`,
    )
    .get(...clauses.flatMap(({ values }) => values), maxCounted);
  return z.object({ count: z.number() }).parse(row).count;
}

function conditions(filter: JobFilter, sight: Sight, { n, isStreamed }: Plan): Clause[] {
  const { text, repository, status, pipeline, agent, person, fromMs, toMs, minCostUsd } = filter;
  const clauses: Clause[] = [isSeen(sight, "jobs.place_key")];
  const add = (sql: string, ...values: SQLInputValue[]): void => {
    clauses.push({ sql, values });
  };
  const id = jobIdStart(text);
  const words = ftsQuery(text);
  if (id !== undefined) add("jobs.job_id BETWEEN ? AND ?", id, `${id}~`);
  else if (words !== undefined && isStreamed) add("words MATCH ?", words);
  else if (words !== undefined) add("jobs.n IN (SELECT rowid FROM words WHERE words MATCH ?)", words);
  if (repository !== undefined) {
    const key = repository.toLowerCase();
    add("jobs.place_key IN (?, ?)", key, `:${repository}`);
  }
  if (status === "open") add("jobs.status IN ('queued', 'preparing', 'running', 'needs_human')");
  else if (status !== undefined) add("jobs.status = ?", status);
  if (pipeline !== undefined) add("jobs.pipeline = ?", pipeline);
  if (agent !== undefined)
    add("EXISTS (SELECT 1 FROM steps WHERE steps.n = jobs.n AND steps.agent = ?)", agent);
  if (person !== undefined) add("jobs.person_key = ?", person.replace(/^@/, "").toLowerCase());
  if (fromMs !== undefined) add(`${n} >= ?`, fromMs * 1024);
  if (toMs !== undefined) add(`${n} < ?`, toMs * 1024);
  if (minCostUsd !== undefined) add("ifnull(jobs.cost_usd, -1) >= ?", minCostUsd);
  return clauses;
}

/** What looks like the beginning of an id of ours is one. */
function jobIdStart(text: string | undefined): string | undefined {
  const word = text?.trim().toLowerCase() ?? "";
  return /^0[0-9a-f]{7,31}$/.test(word) ? word : undefined;
}

/** Every word has to be there, in quotes, so that none is FTS5's own; the last one may be its beginning only. */
function ftsQuery(text: string | undefined): string | undefined {
  if (jobIdStart(text) !== undefined) return undefined;
  const words = text?.match(/[\p{L}\p{N}\p{Co}\p{M}]+/gu) ?? [];
  if (words.length === 0) return undefined;
  const quoted = words.slice(0, 20).map((word) => `"${word}"`);
  const last = words.length <= 20 && (words.at(-1)?.length ?? 0) > 2 ? "*" : "";
  return `${quoted.join(" AND ")}${last}`;
}

function readCursor(text: string | undefined): { value: number; n: number } | undefined {
  const [, value, n] = /^(-?[\d.e+-]{1,30})_(\d{1,16})$/.exec(text ?? "") ?? [];
  const read = { value: Number(value), n: Number(n) };
  return Number.isFinite(read.value) && Number.isFinite(read.n) ? read : undefined;
}
