// What goes on, waits, needs somebody, or has just ended.
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { JobRow, jobColumns } from "./job-row.ts";
import { isSeen, type Sight } from "./who-sees.ts";

export interface JobsNow {
  running: JobRow[];
  /** The first ones, oldest first. */
  waiting: JobRow[];
  waitingTotal: number;
  needsPerson: JobRow[];
  ended: JobRow[];
}

const shown = 50;
const endedStates = ["success", "failed", "timeout", "cancelled"];

export function jobsNow(db: DatabaseSync, sight: Sight): JobsNow {
  const seen = isSeen(sight);
  function jobs(states: readonly string[], order: string, limit: number): JobRow[] {
    const marks = states.map(() => "?").join(", ");
    return z
      .array(JobRow)
      .parse(
        db
          .prepare(
            `SELECT ${jobColumns} FROM jobs WHERE status IN (${marks}) AND ${seen.sql} ORDER BY ${order} LIMIT ?`,
          )
          .all(...states, ...seen.values, limit),
      );
  }
  /** Each state's last ones by its own index, instead of a sort of all that have ended. */
  const ended = endedStates
    .flatMap((state) => jobs([state], "n DESC", 30))
    .toSorted((one, other) => (other.finished_ms ?? 0) - (one.finished_ms ?? 0))
    .slice(0, 15);
  const waiting = db
    .prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM jobs WHERE status = 'queued' AND ${seen.sql} LIMIT 10000)`,
    )
    .get(...seen.values);
  return {
    running: jobs(["running", "preparing", "retryable"], "n", 200),
    waiting: jobs(["queued"], "n", shown),
    waitingTotal: z.object({ count: z.number() }).parse(waiting).count,
    needsPerson: jobs(["needs_human"], "n DESC", shown),
    ended,
  };
}
