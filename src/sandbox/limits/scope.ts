// A transient scope of the user's own service manager: it makes the control group that we may not make ourselves.
// Source: systemd-run(1), systemd.resource-control(5).
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { explain } from "../../errors.ts";
import { run } from "../../io/exec.ts";
import { markerVariable } from "../../io/process-tree.ts";
import { watchGroup } from "./cgroup.ts";
import type { LaunchLimits, Limits, OpenLimits } from "./limits.ts";

export interface ScopeTools {
  /** Absolute paths of systemd-run(1) and env(1). */
  systemdRun: string;
  env: string;
  /** Where the cgroup file system lies. */
  mount: string;
  /** The user's XDG_RUNTIME_DIR, where the manager listens. */
  runtimeDir: string;
}

const probeBytes = 67_108_864;

/** Undefined when scopes with limits work here; otherwise why they don't. */
export async function whyNoScope(tools: ScopeTools): Promise<string | undefined> {
  const script = 'cat "$0$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"';
  const scope = { unit: "patchbay-probe", marker: "probe", memoryBytes: probeBytes, pids: 16 };
  const [file = "", ...args] = [scopeWords(tools, scope), ["/bin/sh", "-c", script, tools.mount]].flat();
  try {
    const { stdout } = await run(file, args, { env: { PATH: "/usr/bin:/bin" }, timeoutMs: 10_000 });
    const seen = stdout.toString("latin1").trim();
    return seen === String(probeBytes)
      ? undefined
      : `a scope's memory.max is "${seen}" instead of ${probeBytes}`;
  } catch (error) {
    return explain(error).split("\n")[0];
  }
}

/** Limits by one scope for each launch; `prefix` are the words that come after the scope's own. */
export function createScope(tools: ScopeTools, limits: Limits, prefix: readonly string[]): OpenLimits {
  let launches = 0;
  return async (marker, stop) => {
    const unit = `patchbay-${process.pid}-${++launches}`;
    let group: Promise<Pick<LaunchLimits, "watch" | "hit" | "kill" | "close"> | undefined> =
      Promise.resolve(undefined);
    return {
      prefix: [...scopeWords(tools, { ...limits, unit, marker }), ...prefix],
      // systemd-run becomes the program only once it is in the scope.
      async enter() {},
      watch(pid) {
        group = findGroup(tools.mount, pid).then((folder) => {
          if (folder === undefined) return undefined;
          const watched = watchGroup(folder, stop);
          watched.watch(pid);
          return watched;
        });
      },
      async hit(failure) {
        // The manager removes the group with its counts as soon as it is empty, and nobody else kills all of it.
        return (await (await group)?.hit(failure)) ?? (failure.wasKilled ? "memory" : undefined);
      },
      async kill() {
        await (await group)?.kill();
      },
      async close() {
        await (await group)?.close();
      },
    };
  };
}

async function findGroup(mount: string, pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/cgroup`, "latin1").catch(() => "");
  const path = /^0::(\/.+)$/m.exec(text)?.[1];
  if (path === undefined) return undefined;
  const folder = join(mount, path);
  // All or nothing: a job that lost one process to the limit is told so, and doesn't limp on.
  await writeFile(join(folder, "memory.oom.group"), "1").catch(() => undefined);
  return folder;
}

/** What goes before the program; of the environment that the manager needs nothing is left to it. */
function scopeWords(
  { systemdRun, env, runtimeDir }: ScopeTools,
  scope: Pick<Limits, "memoryBytes" | "pids" | "cpus"> & { unit: string; marker: string },
): string[] {
  const properties = [
    `MemoryMax=${scope.memoryBytes}`,
    "MemorySwapMax=0",
    `TasksMax=${scope.pids}`,
    ...(scope.cpus === undefined ? [] : [`CPUQuota=${Math.round(scope.cpus * 100)}%`]),
  ];
  const mark = `${markerVariable}=${scope.marker}`;
  return [
    [env, "-i", mark, `XDG_RUNTIME_DIR=${runtimeDir}`],
    [systemdRun, "--user", "--scope", "--quiet", "--collect", `--unit=${scope.unit}`],
    properties.map((property) => `--property=${property}`),
    ["--", env, "-i", mark],
  ].flat();
}
