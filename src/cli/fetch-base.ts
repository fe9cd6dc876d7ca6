// Where a job's base commit comes from: GitHub, by a token that can only read that one repository.
import { UserError } from "../errors.ts";
import type { RunnerDeps } from "../runner/deps.ts";
import type { House } from "./assemble.ts";

export function createFetchBase({ mirrors, tokenFor }: House): RunnerDeps["fetchBase"] {
  return async ({ repository, base, target, job_id: jobId }, signal) => {
    if (!repository || !base) {
      throw new UserError("the job names no repository and base; submit it from GitHub", {
        code: "invalid_job",
      });
    }
    const auth = await tokenFor(repository, { contents: "read" });
    const mirror = await mirrors.fetch(repository, base.sha, jobId, auth, signal);
    // Where it can't be had, the runner does without any configuration from the branch.
    if (target?.base_sha !== undefined) {
      await mirrors
        .fetch(repository, target.base_sha, `${jobId}-target`, auth, signal)
        .catch((error: unknown) => {
          if (!(error instanceof UserError)) throw error;
        });
    }
    return mirror;
  };
}
