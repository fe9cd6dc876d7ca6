// Programs of the demo, each a process of its own: started, waited for, ended with everything they left.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const endWithParent = join(import.meta.dirname, "end-with-parent.ts");

export interface Program {
  /** Resolves with the first line for which `pick` gives something; rejects when the program ends before. */
  until<T>(pick: (line: string) => T | undefined): Promise<T>;
  /** Asks it to end and waits; kills it when it takes longer than ten seconds. */
  stop(): Promise<void>;
}

/** Starts a program; `onLine` sees each line of its standard output and standard error. */
export function startProgram(
  name: string,
  args: string[],
  options: { env: Record<string, string>; cwd: string; onLine: (line: string) => void },
): Program {
  const child = spawn(process.execPath, ["--import", endWithParent, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const last: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const ended = once(child, "exit");
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on("line", (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      options.onLine(line);
      for (const listener of listeners) listener(line);
    });
  }

  return {
    until(pick) {
      return new Promise((resolve, reject) => {
        const listener = (line: string): void => {
          const picked = pick(line);
          if (picked === undefined) return;
          listeners.delete(listener);
          resolve(picked);
        };
        listeners.add(listener);
        void ended.then(() => {
          if (listeners.delete(listener)) reject(new Error(`${name} ended too early:\n${last.join("\n")}`));
        });
      });
    },
    stop: () => end(child, ended),
  };
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(late);
}
