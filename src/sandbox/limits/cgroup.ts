// Control groups, version 2, where the service manager has delegated one to us: a group for each launch.
//
// Delegation means that the folder is ours to divide (systemd: Delegate=yes). A group with members can't have limited
// children, so this process and its siblings first move into a child of their own.
// Source: Documentation/admin-guide/cgroup-v2.rst of Linux.
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "../../io/file.ts";
import type { LaunchLimits, Limits, OpenLimits } from "./limits.ts";
import { maxFullSamples } from "./prlimit.ts";

/** Where this process and its siblings move to. */
const ownGroup = "patchbay";
const needed = ["memory", "pids"];
const sampleMs = 500;
const emptyMs = 10_000;

/**
 * The folder of a group of which the rest is ours to divide, made ready; undefined with the reason when there is none.
 * `mount` is where the file system lies, `membership` the text of /proc/self/cgroup.
 */
export async function prepareCgroup(
  mount: string,
  membership: string,
): Promise<{ folder: string } | { reason: string }> {
  const path = /^0::(\/.*)$/m.exec(membership)?.[1];
  if (path === undefined) return { reason: "this machine has no cgroup version 2" };
  const own = join(mount, path);
  const folder = basename(own) === ownGroup ? dirname(own) : own;
  try {
    // The machine's own root has none; a container's root may be delegated to it.
    if (!(await isThere(join(folder, "cgroup.events")))) {
      return { reason: "this process is in the root cgroup, of which nothing is delegated" };
    }
    const controllers = (await readFile(join(folder, "cgroup.controllers"), "latin1")).trim().split(" ");
    const missing = needed.filter((name) => !controllers.includes(name));
    if (missing.length > 0) return { reason: `no ${missing.join(" and ")} controller in ${folder}` };
    await access(join(folder, "cgroup.subtree_control"), constants.W_OK);
    const home = join(folder, ownGroup);
    await makeGroup(home);
    for (const pid of await members(folder)) await move(pid, home);
    const enabled = [...needed, ...(controllers.includes("cpu") ? ["cpu"] : [])];
    await writeFile(join(folder, "cgroup.subtree_control"), enabled.map((name) => `+${name}`).join(" "));
    await removeAbandoned(folder);
    return { folder };
  } catch (error) {
    return {
      reason: `the cgroup ${folder} is not delegated (${errorCode(error) ?? "unknown"}): Delegate=yes in the systemd unit`,
    };
  }
}

/** Limits by a group of their own below `folder`, which `prepareCgroup` has made ready. */
export function createCgroup(folder: string, limits: Limits, prefix: readonly string[]): OpenLimits {
  let launches = 0;
  return async (_jobId, stop) => {
    const group = join(folder, `job-${process.pid}-${++launches}`);
    await makeGroup(group);
    await applyLimits(group, limits);
    return { ...watchGroup(group, stop), prefix: [...prefix], enter: (pid) => move(pid, group) };
  };
}

async function applyLimits(group: string, limits: Limits): Promise<void> {
  await writeFile(join(group, "memory.max"), String(limits.memoryBytes));
  await writeFile(join(group, "memory.oom.group"), "1");
  await writeFile(join(group, "pids.max"), String(limits.pids));
  // Absent without swap accounting, or where the controller isn't delegated.
  await writeIfThere(join(group, "memory.swap.max"), "0");
  if (limits.cpus !== undefined) {
    await writeIfThere(join(group, "cpu.max"), `${Math.round(limits.cpus * 100_000)} 100000`);
  }
}

/** What is the same for every group with limits, whoever made it. */
export function watchGroup(
  group: string,
  stop: (why: "memory" | "pids") => void,
): Pick<LaunchLimits, "watch" | "hit" | "kill" | "close"> {
  let timer: NodeJS.Timeout | undefined;
  let refused = 0;
  let fullSamples = 0;

  async function sample(): Promise<void> {
    // How often a fork was refused: once is a program at its limit for a moment, again and again is a fork bomb.
    const now = await readCount(join(group, "pids.events"), "max");
    fullSamples = now > refused ? fullSamples + 1 : 0;
    refused = now;
    if (fullSamples >= maxFullSamples) stop("pids");
  }

  return {
    watch() {
      timer = setInterval(() => void sample(), sampleMs);
      timer.unref();
    },
    async hit() {
      if ((await readCount(join(group, "memory.events"), "oom_kill")) > 0) return "memory";
      return (await readCount(join(group, "pids.events"), "max")) > 0 ? "pids" : undefined;
    },
    kill: () => killGroup(group),
    async close() {
      clearInterval(timer);
      await removeGroup(group);
    },
  };
}

/** Removes an empty group. */
async function removeGroup(group: string): Promise<void> {
  await rmdir(group).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
}

/** Kills what is in a group and waits until it is empty. Throws when that takes 10 s. */
async function killGroup(group: string): Promise<void> {
  const deadline = Date.now() + emptyMs;
  while ((await readCount(join(group, "cgroup.events"), "populated")) > 0) {
    if (Date.now() > deadline) throw new Error(`ending the processes of ${group}`);
    // cgroup.kill came with Linux 5.14.
    if (!(await writeIfThere(join(group, "cgroup.kill"), "1"))) await killMembers(group);
    await delay(2);
  }
}

async function killMembers(group: string): Promise<void> {
  for (const pid of await members(group)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

/** Groups of a process that is no more: it was killed while a launch ran. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^job-(\d+)-\d+$/.exec(name)?.[1];
    if (pid === undefined || Number(pid) === process.pid || isAlive(Number(pid))) continue;
    await killGroup(join(folder, name));
    await removeGroup(join(folder, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

async function makeGroup(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

async function members(group: string): Promise<number[]> {
  const text = await readFile(join(group, "cgroup.procs"), "latin1").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

async function move(pid: number, group: string): Promise<void> {
  try {
    await writeFile(join(group, "cgroup.procs"), String(pid));
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

async function writeIfThere(path: string, value: string): Promise<boolean> {
  if (!(await isThere(path))) return false;
  await writeFile(path, value);
  return true;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** One number of a file of `name number` lines; 0 when it isn't there. */
async function readCount(path: string, name: string): Promise<number> {
  const text = await readFile(path, "latin1").catch(() => "");
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}
