// The moves of a ticket's job within pg-boss. Nothing here or elsewhere writes pg-boss's tables but pg-boss itself.
import type { Db, JobAttempt } from "pg-boss";
import { z } from "zod";
import type { QueueState } from "../../job/queue-state.ts";
import { never } from "./line.ts";
import type { Parts } from "./parts.ts";

/** pg-boss counts what it touched, but its types don't say so. */
const Affected = z.object({ affected: z.number() });

/**
 * Ends a running job as its ticket ends: parked, cancelled and given back are "cancelled" in pg-boss, since that can
 * be resumed. False when it isn't this attempt's any more. An id without an attempt: whoever holds it.
 */
export async function settleJob<Payload>(
  { database, name }: Parts<Payload>,
  tx: Db,
  job: JobAttempt | string,
  { state, note }: { state: QueueState; note: string | null },
): Promise<boolean> {
  const { boss } = database;
  const on = { db: tx };
  // One call each: the two forms of an id are overloads.
  const settle = (how: "complete" | "fail" | "cancel"): Promise<unknown> => {
    const output = note === null ? null : { note };
    if (typeof job === "string")
      return how === "cancel" ? boss.cancel(name, job, on) : boss[how](name, job, output, on);
    return how === "cancel" ? boss.cancel(name, job, on) : boss[how](name, job, output, on);
  };
  const answer = await settle(state === "done" ? "complete" : state === "failed" ? "fail" : "cancel");
  return Affected.parse(answer).affected === 1;
}

/** Makes a job wait again, wherever it was; it is not handed out before its key's line is arranged. */
export async function reopenJob<Payload>(
  { database, name }: Parts<Payload>,
  tx: Db,
  id: string,
): Promise<void> {
  const { boss } = database;
  const on = { db: tx };
  // Each of the two does something in one state only: the first to a cancelled job, the second to a failed one.
  await boss.resume(name, id, on);
  await boss.retry(name, id, on);
  const { updated } = await boss.update(name, undefined, { id, startAfter: never, ...on });
  if (updated !== 1) throw new Error(`job ${id} of pg-boss can't wait again`);
}
