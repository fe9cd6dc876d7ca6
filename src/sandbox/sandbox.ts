// The sandbox as the runner knows it: opened once, proven, then used for every launch.
import { UserError } from "../errors.ts";
import { createBwrapLauncher } from "./bwrap/launcher.ts";
import { openBwrap } from "./bwrap/open-bwrap.ts";
import { seenHome, seenWorkspace } from "./bwrap/profile.ts";
import type { Launcher } from "./launch.ts";
import type { Tier } from "./limits/limits.ts";
import type { SandboxOptions } from "./sandbox-options.ts";
import { createUnconfinedLauncher } from "./unconfined.ts";

export interface Sandbox {
  kind: SandboxOptions["kind"];
  launch: Launcher;
  /** Under which names the agent finds its folders. */
  seen(host: { workspace: string; home: string }): { workspace: string; home: string };
  /** Which limits are in force. */
  tier: Tier;
  /** Said in every report of a job whose agents ran here. */
  warnings: string[];
  /** As whom agents run, when that is not this process's own user: who must be able to connect to a door. */
  user: { uid: number; gid: number } | undefined;
}

const withoutSandbox =
  "The agents ran without a sandbox (SANDBOX=none): as the service's own user, with its files and network.";
const withWeakLimits =
  "The agents' memory and processes were limited only one by one (prlimit), since no cgroup is delegated to Patchbay; `patchbay doctor` says why.";

/** Throws UserError (`preflight`) with the exact remedy when the sandbox can't work. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (options.kind === "none") {
    return {
      kind: "none",
      launch: createUnconfinedLauncher({ ...options, maxOutputBytes: options.limits.outputBytes }),
      seen: (host) => host,
      tier: "none",
      warnings: [withoutSandbox],
      user: undefined,
    };
  }
  if (options.kind === "wrapper") {
    throw new UserError("SANDBOX=wrapper is not there yet; use bwrap", { code: "preflight" });
  }
  const opened = await openBwrap(options);
  const { tier } = opened.chosen;
  return {
    kind: "bwrap",
    launch: createBwrapLauncher(opened),
    seen: () => ({ workspace: seenWorkspace, home: seenHome }),
    tier,
    warnings: tier === "prlimit" ? [withWeakLimits] : [],
    user: opened.user && { uid: opened.user.uid, gid: opened.user.gid },
  };
}
