// The sandbox as the runner knows it: opened once, proven, then used for every launch.
import { createBwrapLauncher } from "./bwrap/launcher.ts";
import { openBwrap } from "./bwrap/open-bwrap.ts";
import { seenHome, seenNode, seenWorkspace } from "./bwrap/profile.ts";
import type { Launcher } from "./launch.ts";
import type { Tier } from "./limits/limits.ts";
import { prove, requireProof } from "./proof/prove.ts";
import type { SandboxOptions } from "./sandbox-options.ts";
import { createUnconfinedLauncher } from "./unconfined.ts";
import { openWrapper } from "./wrapper/open-wrapper.ts";
import { createWrapperLauncher } from "./wrapper/wrapper-launcher.ts";

export interface Sandbox {
  kind: SandboxOptions["kind"];
  launch: Launcher;
  /** Under which names the agent finds its folders. */
  seen(host: { workspace: string; home: string }): { workspace: string; home: string };
  /** Patchbay's own Node, as a program inside finds it. */
  node: string;
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

/** A sandbox that nobody has tried yet, with what its limits are and why they are no better. */
export interface Unproven {
  sandbox: Sandbox;
  reasons: readonly string[];
}

/** Throws UserError (`preflight`) with the exact remedy when the sandbox can't work or does not keep agents in. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { sandbox } = await openUnproven(options);
  if (sandbox.kind !== "none") requireProof(await prove(sandbox, options), nameOf(sandbox.kind));
  return sandbox;
}

/** How a message calls it. */
export function nameOf(kind: Sandbox["kind"]): string {
  return kind === "wrapper" ? "the sandbox of SANDBOX_WRAPPER" : "the sandbox";
}

/** The sandbox as it is set up, before the proof. Throws UserError (`preflight`) when something it needs is missing. */
export async function openUnproven(options: SandboxOptions): Promise<Unproven> {
  if (options.kind === "none") {
    const sandbox: Sandbox = {
      kind: "none",
      launch: createUnconfinedLauncher({ ...options, maxOutputBytes: options.limits.outputBytes }),
      seen: (host) => host,
      node: process.execPath,
      tier: "none",
      warnings: [withoutSandbox],
      user: undefined,
    };
    return { sandbox, reasons: [] };
  }
  const { kind } = options;
  const opened =
    kind === "bwrap"
      ? await openBwrap(options).then((ready) => ({ ...ready, launch: createBwrapLauncher(ready) }))
      : await openWrapper(options).then((ready) => ({ ...ready, launch: createWrapperLauncher(ready) }));
  const { chosen, launch, stage, user } = opened;
  const sandbox: Sandbox = {
    kind,
    launch,
    seen: kind === "bwrap" ? () => ({ workspace: seenWorkspace, home: seenHome }) : (host) => host,
    node: kind === "bwrap" ? seenNode : stage.node,
    tier: chosen.tier,
    warnings: chosen.tier === "prlimit" ? [withWeakLimits] : [],
    user: user && { uid: user.uid, gid: user.gid },
  };
  return { sandbox, reasons: chosen.reasons };
}
