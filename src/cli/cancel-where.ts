// The end of all jobs that something fits, wherever they are.
import type { JobSpec } from "../job/job-spec.ts";
import type { House } from "./assemble.ts";
import { cancelJob } from "./cancel-job.ts";

const pageSize = 100;

/** Cancels each job that waits, runs or is held and that `fits`; returns how many there were. */
export async function cancelWhere(
  house: Pick<House, "jobs" | "artifacts" | "outbox" | "clock" | "audit">,
  fits: (spec: JobSpec) => boolean,
  note: string,
): Promise<number> {
  const ids = new Set<string>();
  // A job moves on while this looks, and only from a state to a later one of these or to its end.
  for (const state of ["awaiting_approval", "pending", "running"] as const) {
    for (let after: string | undefined; ;) {
      const page = await house.jobs.list(state, { limit: pageSize, ...(after !== undefined && { after }) });
      for (const ticket of page) if (fits(ticket.payload)) ids.add(ticket.id);
      after = page.at(-1)?.id;
      if (page.length < pageSize) break;
    }
  }
  for (const id of ids) await cancelJob(house, id, note);
  return ids.size;
}
