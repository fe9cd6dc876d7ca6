// What a runner does with one claimed ticket, and how a job's result becomes the ticket's state.
import { TransientError, explain } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { queueStateFor } from "../job/result.ts";
import { type Claim, LeaseLostError } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";
import { runJob } from "./run-job.ts";
import { DrainRequested, stopReason } from "./stop.ts";

/** How often a job that GitHub or the network kept from starting is tried again. */
const maxTransientAttempts = 6;

/**
 * Returns the handler of claimed jobs. `halt` ends the running ones when a drain takes too long: they go back to
 * the queue and resume at the step where they stand.
 */
export function createWorker(deps: RunnerDeps, halt: AbortSignal): (claim: Claim<JobSpec>) => Promise<void> {
  return async (claim) => {
    const jobId = claim.ticket.id;
    const log = deps.log.child({ job: jobId });
    const signal = AbortSignal.any([claim.signal, halt]);
    try {
      log.info({ stage: "runner", epoch: claim.epoch }, `job ${jobId} started`);
      const { ticket, epoch } = claim;
      await deps.audit({ kind: "job_started", spec: ticket.payload, epoch, attempt: ticket.attempts });
      const result = await runJob({ ...deps, log }, claim, {
        signal,
        lastTry: claim.ticket.attempts >= maxTransientAttempts,
      });
      const note = result.error?.message ?? result.summary;
      log.info({ stage: "runner", ms: result.metrics.duration_ms }, `job ended: ${result.status}`);
      await deps.audit({ kind: "job_ended", result, epoch });
      const state = result.status === "running" ? "failed" : queueStateFor(result.status);
      if (state === "done") await claim.complete(note);
      else if (state === "cancelled") await claim.cancelled(note || "cancelled");
      else if (state === "awaiting_approval") await claim.park(note);
      else await claim.fail(note);
    } catch (error) {
      if (error instanceof LeaseLostError || stopReason(signal) === "lost") {
        log.warn("another runner has taken over this job");
        return;
      }
      if (error instanceof DrainRequested || stopReason(signal) === "drained") {
        log.info("job goes back to the queue; it resumes at the step where it stands");
        await claim.release();
        return;
      }
      if (error instanceof TransientError) {
        const waitMs = Math.max(error.retryAfterMs ?? 0, Math.min(2 ** claim.ticket.attempts, 300) * 1000);
        log.warn({ reason: explain(error), wait_ms: waitMs }, "job is tried again later");
        await claim.retry(explain(error), new Date(deps.clock().getTime() + waitMs));
        return;
      }
      throw error;
    }
  };
}
