// A job's end by a person's word, wherever the job is.
import { endCancelled } from "../runner/give-up.ts";
import { auditGivenUp } from "./audit/audit-runner.ts";
import type { House } from "./assemble.ts";

/**
 * Cancels a job. What runs is asked to end, and its runner tells it; what waits is ended and told here. Doing it again
 * does what is missing.
 */
export async function cancelJob(
  house: Pick<House, "jobs" | "artifacts" | "outbox" | "clock" | "audit">,
  jobId: string,
  note: string,
): Promise<"cancelled" | "requested" | "finished" | "unknown"> {
  const outcome = await house.jobs.cancel(jobId, note);
  if (outcome === "requested" || outcome === "unknown") return outcome;
  const ticket = await house.jobs.find(jobId);
  if (ticket?.state !== "cancelled") return outcome;
  await endCancelled(house, ticket);
  await auditGivenUp(house, ticket);
  return "cancelled";
}
