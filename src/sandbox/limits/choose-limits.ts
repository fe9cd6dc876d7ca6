// The best limits that this machine lets us have: a delegated cgroup, a scope, or per-process limits.
import { readFile } from "node:fs/promises";
import { locateProgram } from "../../io/locate-program.ts";
import { createCgroup, prepareCgroup } from "./cgroup.ts";
import type { Limits, OpenLimits, Tier } from "./limits.ts";
import { createPrlimit } from "./prlimit.ts";
import { readHardLimits, resourceLimitWords } from "./resource-limits.ts";
import { createScope, type ScopeTools, whyNoScope } from "./scope.ts";

export interface ChosenLimits {
  tier: Exclude<Tier, "none">;
  open: OpenLimits;
  /** Why it is not a better one. */
  reasons: string[];
}

/** `uid` is as whom the programs run, `isDropped` whether that is another user than this process's. */
export async function chooseLimits(options: {
  limits: Limits;
  prlimit: string;
  uid: number;
  isDropped: boolean;
  trustedPath: string;
}): Promise<ChosenLimits> {
  const { limits, prlimit } = options;
  const hard = await readHardLimits();
  const words = resourceLimitWords(prlimit, limits, hard);
  const reasons: string[] = [];

  const mount = await cgroupMount();
  const membership = await readFile("/proc/self/cgroup", "latin1").catch(() => "");
  const cgroup = await prepareCgroup(mount, membership);
  if ("folder" in cgroup) {
    return { tier: "cgroup", open: createCgroup(cgroup.folder, limits, words), reasons };
  }
  reasons.push(cgroup.reason);

  if (options.isDropped) {
    reasons.push("a scope is made by the user who runs it, and agents run as another");
  } else {
    const tools = await scopeTools(mount, options);
    const reason = tools ? await whyNoScope(tools) : "there is no systemd-run";
    if (tools && reason === undefined) {
      return { tier: "scope", open: createScope(tools, limits, words), reasons };
    }
    reasons.push(`systemd-run --user --scope: ${reason}`);
  }
  return { tier: "prlimit", open: createPrlimit({ prlimit, limits, hard, uid: options.uid }), reasons };
}

async function scopeTools(
  mount: string,
  { trustedPath, uid }: { trustedPath: string; uid: number },
): Promise<ScopeTools | undefined> {
  try {
    const systemdRun = await locateProgram("systemd-run", trustedPath);
    return {
      systemdRun,
      env: await locateProgram("env", trustedPath),
      mount,
      runtimeDir: `/run/user/${uid}`,
    };
  } catch {
    return undefined;
  }
}

/** Where cgroup version 2 is mounted: on its own, or beside version 1 (cgroups(7)). */
async function cgroupMount(): Promise<string> {
  const mounts = await readFile("/proc/self/mounts", "latin1").catch(() => "");
  return /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1] ?? "/sys/fs/cgroup";
}
