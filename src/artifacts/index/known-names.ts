// What a filter can be set to.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { isSeen, type Sight } from "./who-sees.ts";

export interface KnownNames {
  repositories: string[];
  pipelines: string[];
  agents: string[];
}

const most = 200;

export function knownNames(db: DatabaseSync, sight: Sight): KnownNames {
  const seen = isSeen(sight);
  const names = (sql: string, values: readonly string[]): string[] =>
    z
      .array(z.object({ name: z.string() }))
      .parse(db.prepare(sql).all(...values))
      .map(({ name }) => name)
      .filter((name) => name !== "");
  const seenValues = seen.values.map(String);
  return {
    repositories: places(db)
      .filter((key) => sight === "everything" || sight.has(key))
      .map((key) => key.replace(/^:/, ""))
      .filter((key) => key !== "")
      .slice(0, most),
    pipelines: names(`${skipScan("pipeline", "jobs")} LIMIT ${most}`, []).filter((name) =>
      isUsed(db, "pipeline", name, sight),
    ),
    agents: names(`${skipScan("agent", "steps")} LIMIT ${most}`, []).filter(
      (name) =>
        sight === "everything" ||
        db.prepare(`SELECT 1 FROM steps WHERE agent = ? AND ${seen.sql} LIMIT 1`).get(name, ...seenValues) !==
          undefined,
    ),
  };
}

/** Every repository (`owner/name` in lower case) and project (behind a colon) that there is a job of. */
export function places(db: DatabaseSync): string[] {
  const rows = db.prepare(`${skipScan("place_key", "jobs")} LIMIT 5000`).all();
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
}

function isUsed(db: DatabaseSync, column: "pipeline", name: string, sight: Sight): boolean {
  if (sight === "everything") return true;
  const seen = isSeen(sight);
  return (
    db.prepare(`SELECT 1 FROM jobs WHERE ${column} = ? AND ${seen.sql} LIMIT 1`).get(name, ...seen.values) !==
    undefined
  );
}

/** The different values by one look into the index for each, instead of a pass over all rows. */
function skipScan(column: string, table: string): string {
  return `WITH RECURSIVE found(name) AS (
    SELECT min(${column}) FROM ${table}
    UNION ALL
    SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > found.name) FROM found WHERE found.name IS NOT NULL
  ) SELECT name FROM found WHERE name IS NOT NULL`;
}
