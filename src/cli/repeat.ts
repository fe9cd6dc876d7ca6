// Work that a process does beside its work, again and again.
import { explain } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Running } from "./assemble.ts";

interface Repeated {
  everyMs: number;
  /** What is done, for the log, such as "forgetting ended tickets". */
  what: string;
  log: Log;
}

/** Does it at once and then at each interval, never twice at a time. A failure is logged and waits for the next time. */
export function repeat({ everyMs, what, log }: Repeated, work: () => Promise<unknown>): Running {
  async function once(): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ error: explain(error) }, what);
    }
  }
  let last = once();
  const timer = setInterval(() => {
    last = last.then(once);
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await last;
    },
  };
}
