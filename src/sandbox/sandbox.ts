// The sandbox as the runner knows it: opened once, proven, then used for every launch.
import { resolve } from "node:path";
import { UserError } from "../errors.ts";
import { locateProgram } from "../io/locate-program.ts";
import type { Log } from "../log.ts";
import { findAgentUser } from "./bwrap/agent-user.ts";
import { readHostSystem } from "./bwrap/host-system.ts";
import { createBwrapLauncher } from "./bwrap/launcher.ts";
import { seenHome, seenWorkspace } from "./bwrap/profile.ts";
import { prepareStage } from "./bwrap/stage.ts";
import { requireHarmless } from "./bwrap/visible.ts";
import type { Launcher } from "./launch.ts";
import type { Limits, Tier } from "./limits/limits.ts";
import { createPrlimit } from "./limits/prlimit.ts";
import { readHardLimits } from "./limits/resource-limits.ts";
import { seccompFilter } from "./seccomp/filter.ts";
import { createUnconfinedLauncher } from "./unconfined.ts";

export interface Sandbox {
  kind: "bwrap" | "wrapper" | "none";
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

export interface SandboxOptions {
  kind: Sandbox["kind"];
  /** What the operator allows agents to have of this process's environment. */
  environment: Record<string, string>;
  /** How long a program has between being asked to end and being killed. */
  graceMs: number;
  /** SANDBOX_USER: as whom agents run when this process is root. */
  user?: string | undefined;
  /** SANDBOX_WRAPPER. */
  wrapper?: string | undefined;
  limits: Limits;
  /** SANDBOX_MOUNTS: further host paths, read-only at their own places. */
  mounts: readonly string[];
  /** Where trusted programs are looked up. */
  trustedPath: string;
  /** A folder of ours for the files that sandboxes share; the sandbox's user must be able to reach it. */
  stageRoot: string;
  log: Log;
}

const withoutSandbox =
  "The agents ran without a sandbox (SANDBOX=none): as the service's own user, with its files and network.";

const noBwrap =
  "the sandbox needs bubblewrap, and there is no bwrap on the PATH: `apt-get install bubblewrap` (0.8.0 or newer), or say" +
  " SANDBOX=none explicitly on a machine that holds nothing else";
const noPrlimit = "the sandbox needs prlimit, and it is not on the PATH: `apt-get install util-linux`";

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
  return openBwrap(options);
}

async function openBwrap(options: SandboxOptions): Promise<Sandbox> {
  const { trustedPath, limits } = options;
  const user = await findAgentUser(options.user, { trustedPath });
  const bwrap = await locateProgram("bwrap", trustedPath, noBwrap);
  const prlimit = await locateProgram("prlimit", trustedPath, noPrlimit);
  const mounts = options.mounts.map((path) => resolve(path));
  for (const path of mounts) await requireHarmless(path, "a path of SANDBOX_MOUNTS");
  const launch = createBwrapLauncher({
    bwrap,
    user,
    system: await readHostSystem(),
    stage: await prepareStage(options.stageRoot, user),
    seccomp: seccompFilter(process.arch === "arm64" ? "arm64" : "x64"),
    openLimits: createPrlimit({
      prlimit,
      limits,
      hard: await readHardLimits(),
      uid: user?.uid ?? process.getuid?.() ?? 0,
    }),
    maxOutputBytes: limits.outputBytes,
    mounts,
    environment: options.environment,
    graceMs: options.graceMs,
    trustedPath,
  });
  return {
    kind: "bwrap",
    launch,
    seen: () => ({ workspace: seenWorkspace, home: seenHome }),
    tier: "prlimit",
    warnings: [],
    user: user && { uid: user.uid, gid: user.gid },
  };
}
