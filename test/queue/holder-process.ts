// A process that only stands for a holder: it can die while the test goes on.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Holder, thisProcess } from "../../src/queue/holder.ts";

export interface HolderProcess {
  holder: Holder;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

export async function startHolder(): Promise<HolderProcess> {
  const child = spawn("sleep", ["infinity"], { stdio: "ignore" });
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error("starting a process");
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const start_time = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  const exited = once(child, "exit");
  return {
    holder: { ...thisProcess(), pid, start_time },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
