// As root: what an agent works in becomes its user's.
import { lstat } from "node:fs/promises";
import { run } from "../../io/exec.ts";
import type { AgentUser } from "./agent-user.ts";
import { requireOpenWay } from "./agent-user.ts";

/**
 * Gives each folder with all that is in it to `user`, links themselves and not what they name; a folder that is the
 * user's already was handed over before. No program of the user may run in them meanwhile. Root still reads them.
 * Throws UserError (`preflight`) when `user` can't reach one.
 */
export async function handOver(
  folders: readonly string[],
  user: AgentUser,
  trustedPath: string,
): Promise<void> {
  const owners = await Promise.all(folders.map(async (folder) => (await lstat(folder)).uid));
  const given = folders.filter((_, index) => owners[index] !== user.uid);
  if (given.length > 0) {
    // -R without -H or -L follows no links (chown(1)).
    await run("chown", ["-R", "-h", `${user.uid}:${user.gid}`, "--", ...given], {
      env: { PATH: trustedPath },
      timeoutMs: 120_000,
    });
  }
  for (const folder of folders) await requireOpenWay(folder, user);
}
