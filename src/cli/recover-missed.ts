// Looks after deliveries that did not arrive: at the start, and every few minutes from then on.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../io/file.ts";
import { maxAgeMs } from "../webhook/recover.ts";
import type { House, Running } from "./assemble.ts";
import { openRecover } from "./open-deliveries.ts";
import { repeat } from "./repeat.ts";

const Memory = z.object({ looked_until: z.iso.datetime() });
/** An attempt may be entered late: GitHub waits ten seconds for an answer. */
const overlapMs = 10 * 60 * 1000;

/** Begins to look, and goes on until it is stopped; a failure is logged and waits for the next look. */
export function recoverMissed(house: House): Running {
  const { config, log, clock } = house;
  if (!house.hasApp || config.RECOVER_INTERVAL_SEC === 0) return { stop: async () => undefined };
  const recover = openRecover(house);
  const memory = join(config.DATA_ROOT, "recovered.json");
  const everyMs = config.RECOVER_INTERVAL_SEC * 1000;
  return repeat({ everyMs, what: "looking for deliveries that did not arrive", log }, async () => {
    const now = clock();
    const { kept, attempts, failed } = await recover(await since(memory, now));
    // What could not be had now has to lie within the next look.
    if (failed === 0) await writeFileAtomic(memory, JSON.stringify({ looked_until: now.toISOString() }));
    log.debug({ attempts, kept: kept.length }, "looked for deliveries that did not arrive");
  });
}

async function since(memory: string, now: Date): Promise<Date> {
  const oldest = now.getTime() - maxAgeMs;
  try {
    const { looked_until } = Memory.parse(JSON.parse(await readFile(memory, "utf8")));
    return new Date(Math.max(oldest, Date.parse(looked_until) - overlapMs));
  } catch {
    // Never looked yet, or the note is unreadable: the whole list it is.
    return new Date(oldest);
  }
}
