// The processes below one, and what they use, read from /proc (proc(5)).
import { readdir, readFile, stat } from "node:fs/promises";

interface Row {
  pid: number;
  parent: number;
  threads: number;
  residentBytes: number;
}

const pageBytes = 4096;

/** `root` and all that descend from it. In a PID namespace of its own nothing can leave its first process. */
export async function descendants(root: number): Promise<Row[]> {
  const rows = new Map<number, Row[]>();
  let first: Row | undefined;
  for (const pid of await allPids()) {
    const row = await readRow(pid);
    if (!row) continue;
    if (pid === root) first = row;
    const siblings = rows.get(row.parent);
    if (siblings) siblings.push(row);
    else rows.set(row.parent, [row]);
  }
  const found = first ? [first] : [];
  for (let at = 0; at < found.length; at++) found.push(...(rows.get(found[at]?.pid ?? -1) ?? []));
  return found;
}

/** How many processes and threads a user has on this machine; RLIMIT_NPROC counts those (getrlimit(2)). */
export async function countTasks(uid: number): Promise<number> {
  let tasks = 0;
  for (const pid of await allPids()) {
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner?.uid === uid) tasks += (await readRow(pid))?.threads ?? 0;
  }
  return tasks;
}

/** What the process alone and its share of what it has with others take; undefined when it can't be told. */
export async function proportionalBytes(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

async function allPids(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function readRow(pid: number): Promise<Row | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => undefined);
  // The name is in parentheses and may itself hold any.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  if (!fields) return undefined;
  const [parent, threads, pages] = [fields[1], fields[17], fields[21]].map(Number);
  return { pid, parent: parent ?? 0, threads: threads ?? 1, residentBytes: (pages ?? 0) * pageBytes };
}
