// Jobs that were cancelled in an instant in which nobody could tell it, because their runner died say: they get their
// result, and their comment its last word.
import type { JobSpec } from "../job/job-spec.ts";
import type { JobState } from "../job/job-state.ts";
import type { Queue } from "../queue/contract.ts";
import type { House, Running } from "./assemble.ts";
import { cancelJob } from "./cancel-job.ts";
import { repeat } from "./repeat.ts";

const everyMs = 60_000;
const pageSize = 100;

interface Options {
  jobs: Pick<Queue<JobSpec>, "list" | "counts">;
  artifacts: { readState(jobId: string): Promise<JobState | undefined> };
  /** Ends one; doing it again changes nothing. */
  end: (jobId: string, note: string) => Promise<unknown>;
}

/** Returns a function that ends the cancelled jobs that have no end, and returns how many those were. */
export function createEndCancelled({ jobs, artifacts, end }: Options): () => Promise<number> {
  let ended = new Set<string>();

  return async () => {
    const { cancelled } = await jobs.counts();
    if (cancelled === ended.size) return 0;
    const seen = new Set<string>();
    let count = 0;
    for (let after: string | undefined; ;) {
      const page = await jobs.list("cancelled", { limit: pageSize, ...(after !== undefined && { after }) });
      for (const { id, note } of page) {
        seen.add(id);
        if (ended.has(id) || (await artifacts.readState(id))?.phase === "finished") continue;
        await end(id, note ?? "cancelled");
        count += 1;
      }
      after = page.at(-1)?.id;
      if (page.length < pageSize) break;
    }
    ended = seen;
    return count;
  };
}

/** Looks at once, and every minute until it is stopped. */
export function endCancelledJobs(house: House): Running {
  const { log } = house;
  const look = createEndCancelled({ ...house, end: (id, note) => cancelJob(house, id, note) });
  return repeat({ everyMs, what: "looking for cancelled jobs that have no end", log }, async () => {
    const count = await look();
    if (count > 0) log.info({ jobs: count }, "cancelled jobs that nobody had ended are ended");
  });
}
