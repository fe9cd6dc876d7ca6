// Starts processes and kills them with SIGKILL, whatever they are doing. The instants are random on purpose.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** Resolves with the number of kills, once `goesOn` says no. Throws when a process ends by itself. */
export async function supervise(options: {
  /** A program that says something over fork(2)'s channel once it works. */
  program: string;
  argument: object;
  workers: number;
  /** The longest time that a process has to work. */
  longestMs: number;
  goesOn: () => boolean;
}): Promise<number> {
  const { program, argument, workers, longestMs, goesOn } = options;
  let kills = 0;
  async function one(): Promise<void> {
    while (goesOn()) {
      const child = fork(program, [JSON.stringify(argument)], { stdio: "inherit" });
      const exited = once(child, "exit");
      // Most get to work; some don't even get to their feet.
      if (Math.random() < 0.8) await Promise.race([once(child, "message"), exited]);
      await delay(Math.random() * longestMs);
      child.kill("SIGKILL");
      const [code] = await exited;
      if (code !== null) throw new Error(`a worker ended by itself with ${code}`);
      kills += 1;
    }
  }
  await Promise.all(Array.from({ length: workers }, one));
  return kills;
}
