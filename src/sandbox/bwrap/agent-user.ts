// As whom agents run: this user, or as root SANDBOX_USER.
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError, explain } from "../../errors.ts";
import { ExecError, run } from "../../io/exec.ts";

export interface AgentUser {
  name: string;
  uid: number;
  gid: number;
}

const howTo =
  "make one with `useradd --system --no-create-home --shell /usr/sbin/nologin patchbay-agent` and set" +
  " SANDBOX_USER=patchbay-agent, or start Patchbay as a user that is not root";

/**
 * The user to become before the sandbox is made; undefined when this process is not root and stays who it is. Throws
 * UserError (`preflight`) with the remedy for root without SANDBOX_USER, for a user that isn't there or is root too,
 * and for another user than this one when only root could become it.
 */
export async function findAgentUser(
  user: string | undefined,
  options: { trustedPath: string; euid?: number },
): Promise<AgentUser | undefined> {
  const euid = options.euid ?? process.geteuid?.() ?? 0;
  if (user === undefined) {
    if (euid !== 0) return undefined;
    throw preflight(`Patchbay runs as root, and an agent must not: ${howTo}`);
  }
  const uid = await idOf("-u", user, options.trustedPath);
  const gid = await idOf("-g", user, options.trustedPath);
  if (uid === 0 || gid === 0) throw preflight(`SANDBOX_USER=${user} is root or in root's group: ${howTo}`);
  if (euid === 0) return { name: user, uid, gid };
  if (uid === euid) return undefined;
  throw preflight(
    `only root can run agents as SANDBOX_USER=${user}: start Patchbay as root, or remove SANDBOX_USER and agents run as Patchbay's own user`,
  );
}

async function idOf(flag: "-u" | "-g", user: string, path: string): Promise<number> {
  try {
    const { stdout } = await run("id", [flag, "--", user], { env: { PATH: path }, timeoutMs: 10_000 });
    return Number(stdout.toString("latin1").trim());
  } catch (cause) {
    if (!(cause instanceof ExecError)) throw cause;
    throw preflight(`SANDBOX_USER=${user} is not known to this machine (${explain(cause)}): ${howTo}`);
  }
}

/**
 * The folder on the way to `path`, `path` included when it is a folder, that `user` can't enter; undefined when all can
 * be entered. By owner, group and mode (path_resolution(7)).
 */
export async function closedFolder(path: string, user: AgentUser): Promise<string | undefined> {
  const way: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    way.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const folder of way) {
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) return undefined;
    const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return folder;
  }
  return undefined;
}

/** Throws UserError (`preflight`) naming the folder on the way to `path` that `user` can't enter. */
export async function requireOpenWay(path: string, user: AgentUser | undefined): Promise<void> {
  const closed = user && (await closedFolder(path, user));
  if (user === undefined || closed === undefined) return;
  throw preflight(
    `the sandbox's user ${user.name} can't enter ${closed}, and so not ${path}: \`chmod o+x ${closed}\`, or move what lies there` +
      " (DATA_ROOT and WORKSPACES_ROOT say where Patchbay keeps its own, for example /var/lib/patchbay)",
  );
}

function preflight(message: string): UserError {
  return new UserError(message, { code: "preflight" });
}
