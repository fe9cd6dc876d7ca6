// Ends everything in a sandbox: first the program is asked, then its PID namespace goes.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "../../io/file.ts";

const dyingMs = 10_000;

/** A process that can't be taken for a later one of the same number. */
export interface FirstProcess {
  pid: number;
  startTicks: string;
}

/** The first process of a namespace, which must be alive; undefined when it has ended already. */
export function firstProcess(pid: number): FirstProcess | undefined {
  const { state, startTicks } = parseStat(readText(`/proc/${pid}/stat`));
  return state === "Z" ? undefined : { pid, startTicks };
}

/**
 * Asks the program inside to end and waits up to `graceMs`, then kills the first process of the namespace, and with it
 * the kernel kills every other, whatever it did (pid_namespaces(7)); `outer` is bwrap's own process and goes too.
 * Resolves when nothing is left. Throws when something refuses to die for 10 s.
 */
export async function endNamespace(
  outer: number,
  first: FirstProcess | undefined,
  graceMs: number,
): Promise<void> {
  if (graceMs > 0 && first) await askToEnd(first, graceMs);
  if (first && lives(first)) signal(first.pid, "SIGKILL");
  signal(-outer, "SIGKILL");
  if (first && !(await endsWithin(first, dyingMs))) {
    throw new Error(`ending the sandbox whose first process is ${first.pid}`);
  }
}

async function askToEnd(first: FirstProcess, graceMs: number): Promise<void> {
  if (!lives(first)) return;
  // bwrap hands no signal on, and the namespace's first process ignores what it has no handler for.
  const children = await readFile(`/proc/${first.pid}/task/${first.pid}/children`, "latin1").catch(() => "");
  for (const pid of children.split(" ").filter(Boolean)) signal(Number(pid), "SIGTERM");
  await endsWithin(first, graceMs);
}

async function endsWithin(first: FirstProcess, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (lives(first)) {
    if (Date.now() > deadline) return false;
    await delay(2);
  }
  return true;
}

/** A first process becomes a zombie only after every other process of its namespace is gone. */
function lives(first: FirstProcess): boolean {
  const { state, startTicks } = parseStat(readText(`/proc/${first.pid}/stat`));
  return state !== "Z" && startTicks === first.startTicks;
}

/** State and start time (proc(5)); the name before them is in parentheses and may itself hold any. */
function parseStat(text: string): { state: string; startTicks: string } {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] === "" ? "Z" : (fields[0] ?? "Z"), startTicks: fields[19] ?? "" };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}
