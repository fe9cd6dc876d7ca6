// Where a job's base commit comes from: GitHub, by a token that can only read that one repository, or a project of this machine.
import { UserError } from "../errors.ts";
import type { RunnerDeps } from "../runner/deps.ts";
import type { House } from "./assemble.ts";

export function createFetchBase({ mirrors, tokenFor, config }: House): RunnerDeps["fetchBase"] {
  return async ({ repository, base, target, job_id: jobId, project_id: project }, signal) => {
    const folder =
      project !== undefined &&
      Object.hasOwn(config.PROJECT_ALIASES, project) &&
      config.PROJECT_ALIASES[project];
    // Never the spec's own workdir: where a project lies is the operator's word.
    if (!repository && base && folder) return mirrors.fetchLocal(folder, base.sha, jobId, signal);
    if (!repository || !base) {
      throw new UserError(
        "the job names no repository or project that is configured, or no base; submit it from GitHub, or set PROJECT_ALIASES",
        {
          code: "invalid_job",
        },
      );
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
