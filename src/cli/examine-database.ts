// What the doctor says of the database, and of the folder that all machines share.
import type { Config } from "../config.ts";
import { explain } from "../errors.ts";
import { type DatabaseFacts, lookAtDatabase } from "../queue/postgres/look-at-database.ts";
import { lookAtSharedFolder } from "../queue/postgres/shared-folder.ts";
import type { Finding } from "./finding.ts";
import { artifactsFolder } from "./open-queues.ts";
import { ticketsInFiles } from "./queue-folders.ts";

const name = "database";
const oldestVersion = 130_000;

/** Nothing to say without DATABASE_URL; never throws. */
export async function examineDatabase(config: Config): Promise<Finding[]> {
  const { DATABASE_URL: url } = config;
  if (url === undefined) return [];
  const at = place(url);
  let facts: DatabaseFacts;
  try {
    facts = await lookAtDatabase(url);
  } catch (error) {
    return [
      {
        name,
        level: "missing",
        found: `${at}: ${explain(error)}`,
        remedy: "start the server, let this machine reach it, and check DATABASE_URL; see docs/postgres.md",
      },
    ];
  }
  return [
    ofServer(at, facts),
    ...ofDurability(facts),
    await ofFolder(config, facts),
    ...(await ofFiles(config)),
  ];
}

async function ofFiles(config: Config): Promise<Finding[]> {
  const left = await ticketsInFiles(config);
  if (left.length === 0) return [];
  const found = left.map(({ folder, count }) => `${count} in ${folder}`).join(", ");
  return [
    {
      name: "tickets in files",
      level: "note",
      found: `${found}: they wait there and are not in Postgres`,
      remedy: "run Patchbay without DATABASE_URL until they have ended; see docs/postgres.md",
    },
  ];
}

/** Without the password. */
function place(url: string): string {
  const { host, pathname, username } = new URL(url);
  return `${username === "" ? "" : `${username}@`}${host}${pathname}`;
}

function ofServer(at: string, facts: DatabaseFacts): Finding {
  const { version, connections, max_connections: most } = facts;
  const found = `${at}, Postgres ${version}, ${connections} of ${most} connections in use`;
  const missing = (remedy: string): Finding => ({ name, level: "missing", found, remedy });
  if (facts.version_num < oldestVersion) return missing("use Postgres 13 or newer");
  if (facts.is_replica) return missing("this server is a replica and can't be written: name the primary");
  if (!facts.is_installed && !facts.may_create) {
    return missing("let this user make its schema: GRANT CREATE ON DATABASE … TO …");
  }
  return { name, level: "ok", found };
}

/** A setting under which the server forgets what it has confirmed when it crashes. */
function ofDurability({ fsync, synchronous_commit }: DatabaseFacts): Finding[] {
  const off = [
    ...(fsync === "off" ? ["fsync"] : []),
    ...(synchronous_commit === "off" ? ["synchronous_commit"] : []),
  ];
  return off.map((setting) => ({
    name: "durability",
    level: "note",
    found: `${setting} is off: a crash of the server loses what was acknowledged last`,
    remedy: `set ${setting} = on for this database`,
  }));
}

async function ofFolder(config: Config, { canary }: DatabaseFacts): Promise<Finding> {
  const folder = artifactsFolder(config);
  try {
    const problem = await lookAtSharedFolder(canary, folder);
    if (problem === undefined) {
      const found = canary === undefined ? `${folder.path}, not used yet` : folder.path;
      return { name: "shared folder", level: "ok", found };
    }
    return { name: "shared folder", level: "missing", found: problem, remedy: "see docs/postgres.md" };
  } catch (error) {
    const remedy = `make ${folder.path} readable for this user`;
    return { name: "shared folder", level: "missing", found: explain(error), remedy };
  }
}
