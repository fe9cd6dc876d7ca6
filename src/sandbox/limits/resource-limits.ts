// prlimit(1): the limits that the kernel keeps for each process, in force under every tier.
import { readFile } from "node:fs/promises";
import type { Limits } from "./limits.ts";

const maxOpenFiles = 4096;

/** This process's hard limits by the name that prlimit(1) uses; nobody but root can go beyond them. */
export type HardLimits = Partial<Record<"nofile" | "fsize" | "nproc" | "data", number>>;

const names: Record<string, keyof HardLimits> = {
  "Max open files": "nofile",
  "Max file size": "fsize",
  "Max processes": "nproc",
  "Max data size": "data",
};

/** Reads them (proc(5), /proc/<pid>/limits); an unlimited one is left out. */
export async function readHardLimits(): Promise<HardLimits> {
  const found: HardLimits = {};
  for (const row of (await readFile("/proc/self/limits", "latin1")).split("\n")) {
    const [, name = "", hard = ""] = /^(.+?)\s{2,}\S+\s+(\S+)/.exec(row) ?? [];
    const key = names[name];
    if (key && hard !== "unlimited") found[key] = Number(hard);
  }
  return found;
}

/**
 * The words that set them for the program that follows. `tasks` limits the processes and threads of the user as this
 * machine counts them, `dataBytes` each process's private memory: only for want of something better.
 */
export function resourceLimitWords(
  prlimit: string,
  limits: Limits,
  hard: HardLimits,
  fallback?: { tasks: number; dataBytes: number },
): string[] {
  const least = (name: keyof HardLimits, wanted: number): string =>
    `--${name}=${Math.min(wanted, hard[name] ?? Number.POSITIVE_INFINITY)}`;
  return [
    prlimit,
    "--core=0",
    least("nofile", maxOpenFiles),
    least("fsize", limits.fileBytes),
    ...(fallback ? [least("nproc", fallback.tasks), least("data", fallback.dataBytes)] : []),
    "--",
  ];
}
