// One of this benchmark's programs in a process of its own, which says what it sees in messages.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ZodType } from "zod";

export interface Child {
  process: ChildProcess;
  /** The next message; throws when the process ends before. */
  next<T>(schema: ZodType<T>): Promise<T>;
  end(): Promise<void>;
}

export function startChild(program: string, args: string[], flags: string[] = []): Child {
  const child = fork(join(import.meta.dirname, program), args, { execArgv: flags });
  const ended = once(child, "exit");
  return {
    process: child,
    async next(schema) {
      const message = await Promise.race([
        once(child, "message").then(([first]: unknown[]) => first),
        ended.then(() => {
          throw new Error(`${program} ended too early`);
        }),
      ]);
      return schema.parse(message);
    },
    async end() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
