// Ended tickets, the ids by which a repeat is known, and the sessions of ended jobs are kept for a while and then forgotten.
import { openSessions } from "./open-sessions.ts";
import type { House, Running } from "./assemble.ts";
import { repeat } from "./repeat.ts";

const everyMs = 6 * 60 * 60 * 1000;

/** Forgets at once and then four times a day. */
export function forgetEnded({ config, inbox, jobs, outbox, clock, log }: House): Running {
  return repeat({ everyMs, what: "forgetting ended tickets", log }, async () => {
    const before = new Date(clock().getTime() - config.TICKETS_TTL_SEC * 1000);
    for (const queue of [inbox, jobs, outbox]) await queue.forget(before);
    await openSessions(config).forget(new Date(clock().getTime() - config.WORKSPACES_TTL_SEC * 1000));
  });
}
