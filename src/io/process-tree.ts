// Ends a program with everything that it started, whatever that did to get away.
//
// A group signal reaches what stayed in the group; what called setsid or was orphaned is found by the marker
// that every process of a job, `<job_id>/<step_id>`, carries in its environment (proc(5), /proc/<pid>/environ).
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** The environment variable by which a job's processes are known. */
export const markerVariable = "PATCHBAY_PROCESS_OF";

/** The pids of living processes that carry `marker`, or `marker/…`, in the environment they were started with. */
export async function processesOf(marker: string): Promise<number[]> {
  const start = `${markerVariable}=${marker}`;
  const pids: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const environment = `${await readFile(`/proc/${name}/environ`, "latin1")}\0`;
      if (environment.includes(`${start}\0`) || environment.includes(`${start}/`)) pids.push(Number(name));
    } catch {
      // Ended meanwhile, or another user's: not ours to end.
    }
  }
  return pids;
}

/**
 * Asks `pid` to end, waits up to `graceMs`, then kills its group and everything that carries `marker`.
 * Resolves when nothing of it is left. Throws when something refuses to die for 10 s.
 */
export async function endProcessTree(pid: number, marker: string, graceMs: number): Promise<void> {
  if (signal(pid, "SIGTERM")) {
    const deadline = Date.now() + graceMs;
    while (Date.now() < deadline && signal(pid, 0)) await delay(20);
  }
  signal(-pid, "SIGKILL");
  await killMarked(marker);
}

/** Kills everything that carries `marker`: what is left of a job whose runner died. */
export async function killMarked(marker: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const left = await processesOf(marker);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`ending the processes ${left.join(", ")} of ${marker}`);
    for (const one of left) signal(one, "SIGKILL");
    await delay(10);
  }
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
