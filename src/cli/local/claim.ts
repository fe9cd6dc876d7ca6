// A claim that nobody else can want: the job of `patchbay run` never stands in a queue.
import type { JobSpec } from "../../job/job-spec.ts";
import type { Claim } from "../../queue/contract.ts";

/** The claim of a job that this process alone runs; its signal is `signal`, and its verbs have nothing to record. */
export function ownClaim(spec: JobSpec, signal: AbortSignal): Claim<JobSpec> {
  const nothing = async (): Promise<void> => undefined;
  return {
    ticket: {
      id: spec.job_id,
      key: `job:${spec.job_id}`,
      payload: spec,
      priority: 5,
      state: "running",
      enqueuedAt: new Date(spec.created_at),
      notBefore: undefined,
      attempts: 1,
      crashes: 0,
      note: undefined,
    },
    epoch: 1,
    signal,
    assertHeld: nothing,
    complete: nothing,
    fail: nothing,
    cancelled: nothing,
    park: nothing,
    retry: nothing,
    release: nothing,
  };
}
