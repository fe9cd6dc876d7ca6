// Who holds a lease: one process told apart from every other, and whether it is known to be dead.
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { z } from "zod";

const MachineId = z.string().regex(/^[0-9a-f]{32}$/);

export const Holder = z.strictObject({
  /** Changes with each boot (proc(5), /proc/sys/kernel/random/boot_id). */
  boot_id: z.string().regex(/^[0-9a-f-]{36}$/),
  /** The inode of the pid namespace: in another one the same pid is another process (pid_namespaces(7)). */
  pid_ns: z.string().regex(/^\d+$/),
  pid: z.int().positive(),
  /** In clock ticks since boot (proc(5), /proc/<pid>/stat, field 22): pids are used again. */
  start_time: z.string().regex(/^\d+$/),
  /** The same after each boot; some containers have none. */
  machine_id: MachineId.optional(),
});
export type Holder = z.infer<typeof Holder>;

/** This very process as a holder. */
export function thisProcess(): Holder {
  const stat = readStat(process.pid);
  if (!stat) throw new Error("reading /proc/self: a queue needs Linux with /proc mounted");
  return {
    boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    pid_ns: readlinkSync("/proc/self/ns/pid").replaceAll(/\D/g, ""),
    pid: process.pid,
    start_time: stat.startTime,
    ...readMachineId(),
  };
}

/** A hash of the machine's id, which is itself confidential (machine-id(5)). */
function readMachineId(): { machine_id?: string } {
  try {
    const id = MachineId.parse(readFileSync("/etc/machine-id", "utf8").trim());
    return { machine_id: createHash("sha256").update(`patchbay ${id}`).digest("hex").slice(0, 32) };
  } catch {
    return {};
  }
}

/**
 * Whether a holder's process lives. One of another boot of this machine doesn't. "unknown" when it may have run on
 * another machine, or runs in another pid namespace than `self`: then only the age of what it wrote tells.
 */
export function lifeOf(holder: Holder, self: Holder): "alive" | "dead" | "unknown" {
  if (holder.boot_id !== self.boot_id) {
    const isThisMachine = holder.machine_id !== undefined && holder.machine_id === self.machine_id;
    return isThisMachine ? "dead" : "unknown";
  }
  if (holder.pid_ns !== self.pid_ns) return "unknown";
  const stat = readStat(holder.pid);
  // A zombie has ended; its parent hasn't looked yet.
  const ended = !stat || stat.startTime !== holder.start_time || stat.state === "Z" || stat.state === "X";
  return ended ? "dead" : "alive";
}

/** A holder as a file name, for folders that belong to one process. */
export function holderTag(holder: Holder): string {
  const { boot_id, pid_ns, pid, start_time, machine_id = "" } = holder;
  return `${boot_id}_${pid_ns}_${pid}_${start_time}_${machine_id}`;
}

/** The holder that a folder's name begins with; undefined when it names none. */
export function holderOfTag(tag: string): Holder | undefined {
  const [boot_id, pid_ns, pid, start_time, machine] = tag.split("_");
  const machine_id = MachineId.safeParse(machine).data;
  const holder = { boot_id, pid_ns, pid: Number(pid), start_time, ...(machine_id && { machine_id }) };
  return Holder.safeParse(holder).data;
}

function readStat(pid: number): { state: string; startTime: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // Field 2 is the program's name in parentheses and may contain anything, so counting starts after the last one.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
}
