// The rooms that need neither GitHub nor a queue: what every command that runs or reads jobs has.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createArtifacts } from "../artifacts/store.ts";
import type { Config } from "../config.ts";
import { locateProgram } from "../io/locate-program.ts";
import { createGit } from "../io/git.ts";
import { createMirrors } from "../io/mirror.ts";
import { createLog } from "../log.ts";
import { createRedactor } from "../redact.ts";
import { openAgentHealth } from "./agent-health.ts";
import { openAgents } from "./open-agents.ts";
import { openAudit } from "./audit/open-audit.ts";
import { openSharedDatabase } from "./open-database.ts";
import { openBudgets } from "./open-budgets.ts";

/** Makes the folders that are missing. Throws UserError for agents and versions that are described wrongly. */
export async function openRooms(config: Config) {
  const redactor = createRedactor();
  for (const { name, value } of config.secrets) redactor.register(value, name);
  const log = createLog({
    level: config.LOG_LEVEL,
    json: config.LOG_JSON,
    mask: (line) => redactor.mask(line),
  });

  // git's HOME: empty, so that there is no configuration to find.
  const gitHome = join(config.DATA_ROOT, "git-home");
  for (const folder of [gitHome, config.ARTIFACTS_ROOT, config.workspacesRoot]) {
    await mkdir(folder, { recursive: true });
  }
  const canLimit = await locateProgram("prlimit", config.trustedPath).then(
    () => true,
    () => false,
  );
  const git = createGit({
    path: config.trustedPath,
    home: gitHome,
    allowHttp: config.github.plainHttp,
    memoryBytes: canLimit ? config.GIT_MEMORY_BYTES : undefined,
  });
  const mirrors = createMirrors({ root: join(config.DATA_ROOT, "mirrors"), git });
  const artifacts = createArtifacts({ root: config.ARTIFACTS_ROOT, mask: (text) => redactor.mask(text) });

  const { agents } = await openAgents(config);

  const clock = (): Date => new Date();
  const audit = openAudit(config, { mask: (text) => redactor.mask(text), clock, log });
  const { preflight, health } = openAgentHealth({ config, agents, clock, log });
  const database = await openSharedDatabase(config, log);
  const { budgets, close: closeBudgets } = await openBudgets({ config, clock, log, database });
  return {
    config,
    redactor,
    log,
    git,
    mirrors,
    artifacts,
    agents,
    preflight,
    health,
    audit,
    budgets,
    /** Undefined without DATABASE_URL. */
    database,
    clock,
    async close(): Promise<void> {
      await Promise.all([audit.close(), closeBudgets()]);
      await database?.close();
    },
  };
}

export type Rooms = Awaited<ReturnType<typeof openRooms>>;
