// Where the sessions of ended jobs are kept.
import { join } from "node:path";
import type { Config } from "../config.ts";
import { createSessions, type Sessions } from "../runner/sessions.ts";

/** Beside the workspaces, under a name that is no job's. */
export function openSessions({ workspacesRoot }: Pick<Config, "workspacesRoot">): Sessions {
  return createSessions({ root: join(workspacesRoot, "~sessions") });
}
