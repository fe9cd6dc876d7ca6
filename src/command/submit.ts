// Puts a job into the queue so that a crash anywhere, and a repeat, end the same.
//
// The order is the guarantee: job.json and state.json first (nobody reads them before the ticket is there), then
// the ticket, then the word to GitHub. Whoever repeats finds what is there and does the rest.
import type { Intent } from "../job/intent.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { type JobState, newJobState } from "../job/job-state.ts";
import type { Queue } from "../queue/contract.ts";

/** What this room needs of the artifact store; `writeJob` leaves a job.json that is there as it is. */
export interface JobFiles {
  writeJob(spec: JobSpec): Promise<void>;
  readJob(jobId: string): Promise<JobSpec | undefined>;
  writeState(state: JobState): Promise<void>;
  readState(jobId: string): Promise<JobState | undefined>;
}

/**
 * Returns a function that submits one job: `queued` when this call brought the ticket, `duplicate` when the id
 * was known. Both leave the files, the ticket and the first progress intent behind. Throws when the disk or the
 * database refuses; a repeat then completes what is missing.
 */
export function createSubmit(options: {
  jobs: Pick<Queue<JobSpec>, "enqueue">;
  outbox: Pick<Queue<Intent>, "enqueue">;
  artifacts: JobFiles;
  clock: () => Date;
}) {
  const { jobs, outbox, artifacts, clock } = options;

  return async (spec: JobSpec): Promise<"queued" | "duplicate"> => {
    const jobId = spec.job_id;
    await artifacts.writeJob(spec);
    // What was written first is what was asked: base and thread of a repeat may have moved on.
    const stored = (await artifacts.readJob(jobId)) ?? spec;
    if (!(await artifacts.readState(jobId))) {
      await artifacts.writeState(newJobState(stored, clock().toISOString()));
    }
    const outcome = await jobs.enqueue({ id: jobId, key: keyOf(stored), payload: stored });
    await outbox.enqueue({
      id: `${jobId}-queued`,
      key: `job:${jobId}`,
      payload: { kind: "progress", job_id: jobId, epoch: 0 },
    });
    return outcome;
  };
}

export type Submit = ReturnType<typeof createSubmit>;

interface Keyed {
  repository?: JobSpec["repository"];
  target?: Pick<NonNullable<JobSpec["target"]>, "number"> | undefined;
  job_id?: string;
}

/** At most one job of a key runs at a time: one issue or pull request, or the job by itself. */
export function keyOf({ repository, target, job_id }: Keyed): string {
  if (!repository || !target) return `job:${job_id}`;
  return `${repository.host}/${repository.owner}/${repository.name}#${target.number}`.toLowerCase();
}
