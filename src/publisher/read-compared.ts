// The patches of two changes to choose from, as people are shown them.
import type { JobResult } from "../job/result.ts";
import type { PublisherDeps } from "./deps.ts";
import type { Compared } from "./render/compared.ts";

/** Empty for a job that compared nothing. */
export async function readCompared(
  { artifacts }: Pick<PublisherDeps, "artifacts">,
  { job_id: jobId, candidates = [] }: JobResult,
): Promise<Compared[]> {
  return Promise.all(
    candidates.map(async (candidate) => {
      const patch = candidate.patch ? await artifacts.readCandidate(jobId, candidate.label) : undefined;
      return { candidate, patch };
    }),
  );
}
