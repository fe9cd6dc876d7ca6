// Ended tickets, the ids by which a repeat is known, and the sessions of ended jobs are kept for a while and then forgotten.
import { explain } from "../errors.ts";
import { openSessions } from "./open-sessions.ts";
import type { House, Running } from "./assemble.ts";

const intervalMs = 6 * 60 * 60 * 1000;

/** Forgets at once and then four times a day. */
export function forgetEnded({ config, inbox, jobs, outbox, clock, log }: House): Running {
  async function forget(): Promise<void> {
    const before = new Date(clock().getTime() - config.TICKETS_TTL_SEC * 1000);
    try {
      for (const queue of [inbox, jobs, outbox]) await queue.forget(before);
      await openSessions(config).forget(new Date(clock().getTime() - config.WORKSPACES_TTL_SEC * 1000));
    } catch (error) {
      log.error({ error: explain(error) }, "forgetting ended tickets");
    }
  }
  let running = forget();
  const timer = setInterval(() => {
    running = forget();
  }, intervalMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
