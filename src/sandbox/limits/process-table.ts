// The processes of this machine and what they use, read from /proc (proc(5)). Synchronous: these files come out of
// memory, and a hundred trips through the thread pool take ten times as long.
import { readdirSync, readFileSync, statSync } from "node:fs";

interface Row {
  pid: number;
  parent: number;
  threads: number;
  residentBytes: number;
}

const pageBytes = 4096;

/** `root` and all that descend from it. In a PID namespace of its own nothing can leave its first process. */
export function descendants(root: number): Row[] {
  const children = new Map<number, Row[]>();
  let first: Row | undefined;
  for (const pid of allPids()) {
    const row = readRow(pid);
    if (!row) continue;
    if (pid === root) first = row;
    const siblings = children.get(row.parent);
    if (siblings) siblings.push(row);
    else children.set(row.parent, [row]);
  }
  const found = first ? [first] : [];
  for (let at = 0; at < found.length; at++) found.push(...(children.get(found[at]?.pid ?? -1) ?? []));
  return found;
}

/** How many processes and threads a user has on this machine; RLIMIT_NPROC counts those (getrlimit(2)). */
export function countTasks(uid: number): number {
  let tasks = 0;
  for (const pid of allPids()) {
    const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
    if (owner === uid) tasks += readRow(pid)?.threads ?? 0;
  }
  return tasks;
}

/** What the process has alone and its share of what it has with others; undefined when it can't be told. */
export function proportionalBytes(pid: number): number | undefined {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function allPids(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function readRow(pid: number): Row | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === "") return undefined;
  // The name is in parentheses and may itself hold any.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [parent = 0, threads = 1, pages = 0] = [fields[1], fields[17], fields[21]].map(Number);
  return { pid, parent, threads, residentBytes: pages * pageBytes };
}

/** Empty for a process that has ended, or another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
