// One timer for the next ticket whose time comes: the database says when, nobody asks again until then.
import { z } from "zod";
import type { Parts } from "./parts.ts";

const Wait = z.object({ wait_ms: z.coerce.number().nullable() });
/** Node's timers end at 2^31 ms (https://nodejs.org/api/timers.html); a longer wait is taken in pieces. */
const longestTimerMs = 3_600_000;

/** `set` looks for the next time that something of this queue may be claimed; then `onDue` is called. */
export function createDueTimer<Payload>(
  { database, table, now, name }: Parts<Payload>,
  onDue: () => void,
): { set(): Promise<void>; close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  return {
    async set() {
      const [next] = await database.query(
        database.db,
        `SELECT ceil(extract(epoch FROM min(not_before) - ${now}) * 1000) AS wait_ms FROM ${table}
         WHERE queue = $1 AND released AND not_before > ${now}`,
        [name],
        Wait,
      );
      clearTimeout(timer);
      if (isClosed || next?.wait_ms === null || next?.wait_ms === undefined) return;
      timer = setTimeout(onDue, Math.min(Math.max(1, next.wait_ms), longestTimerMs));
      timer.unref();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
