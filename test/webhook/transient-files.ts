// The artifact store's first two files, in memory.
import type { JobFiles } from "../../src/command/submit.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import type { JobState } from "../../src/job/job-state.ts";

export function createTransientFiles(): JobFiles {
  const specs = new Map<string, JobSpec>();
  const states = new Map<string, JobState>();
  return {
    async writeJob(spec) {
      if (!specs.has(spec.job_id)) specs.set(spec.job_id, spec);
    },
    readJob: async (jobId) => specs.get(jobId),
    async writeState(state) {
      states.set(state.job_id, state);
    },
    readState: async (jobId) => states.get(jobId),
  };
}
