// The database that all machines share, when DATABASE_URL names one.
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { type Database, openDatabase } from "../queue/postgres/database.ts";

/** A dead runner is looked for this often at least, and four times in the length of a lease. */
const longestSweepMs = 60_000;

/** Undefined without DATABASE_URL. Throws UserError when the database can't be used. */
export async function openSharedDatabase(config: Config, log: Log): Promise<Database | undefined> {
  const { DATABASE_URL: url, DATABASE_CONNECTIONS: maxConnections } = config;
  if (url === undefined) return undefined;
  const sweepMs = Math.min(longestSweepMs, (config.RUNNER_RECLAIM_AFTER_SEC * 1000) / 4);
  return openDatabase({ url, maxConnections, sweepMs, log });
}
