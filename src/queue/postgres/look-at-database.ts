// What a database is like, found without making or changing anything in it: for the doctor.
import { PgBoss } from "pg-boss";
import { z } from "zod";

const Facts = z.object({
  version: z.string(),
  version_num: z.coerce.number(),
  is_replica: z.boolean(),
  may_create: z.boolean(),
  is_installed: z.boolean(),
  max_connections: z.coerce.number(),
  /** Of every user and database, this one included. */
  connections: z.coerce.number(),
  fsync: z.string(),
  synchronous_commit: z.string(),
});
const Known = z.object({ canary: z.string() });

export type DatabaseFacts = z.infer<typeof Facts> & {
  /** What the shared folder of artifacts has to say; undefined while no process has started yet. */
  canary: string | undefined;
};

/** Throws what the driver throws when the database doesn't answer within 5 s. */
export async function lookAtDatabase(url: string, schema = "patchbay"): Promise<DatabaseFacts> {
  const boss = new PgBoss({
    connectionString: url,
    schema,
    application_name: "patchbay doctor",
    max: 1,
    connectionTimeoutMillis: 5000,
    migrate: false,
    schedule: false,
    supervise: false,
    registerInstance: false,
  });
  boss.on("error", () => undefined);
  try {
    // Opens the pool first; then it throws when its tables are not there yet.
    await boss.start().catch(() => undefined);
    const db = boss.getDb();
    const { rows } = await db.executeSql(
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS version_num,
         pg_is_in_recovery() AS is_replica, has_database_privilege(current_database(), 'CREATE') AS may_create,
         to_regclass($1) IS NOT NULL AS is_installed, current_setting('max_connections') AS max_connections,
         (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
         current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit`,
      [`${schema}.shared_folder`],
    );
    const facts = Facts.parse(rows[0]);
    if (!facts.is_installed) return { ...facts, canary: undefined };
    const folders = await db.executeSql(
      `SELECT canary FROM ${schema}.shared_folder WHERE name = 'artifacts'`,
      [],
    );
    return { ...facts, canary: z.array(Known).parse(folders.rows)[0]?.canary };
  } finally {
    await boss.stop({ graceful: false });
  }
}
