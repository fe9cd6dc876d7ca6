// Ended tickets, the ids by which a repeat is known, and the sessions of ended jobs are kept for a while and then
// forgotten; artifacts go by their own limits.
import { openSessions } from "./open-sessions.ts";
import type { House, Running } from "./assemble.ts";
import { collectGarbage } from "./gc/collect-garbage.ts";
import { repeat } from "./repeat.ts";

const everyMs = 60 * 60 * 1000;

/** Forgets at once and then every hour. */
export function forgetEnded(house: House): Running {
  const { config, inbox, jobs, outbox, clock, log } = house;
  return repeat({ everyMs, what: "forgetting what has ended", log }, async () => {
    const before = new Date(clock().getTime() - config.TICKETS_TTL_SEC * 1000);
    for (const queue of [inbox, jobs, outbox]) await queue.forget(before);
    await openSessions(config).forget(new Date(clock().getTime() - config.WORKSPACES_TTL_SEC * 1000));
    await collectGarbage(house, { dryRun: false });
  });
}
