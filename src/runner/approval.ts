// Whether a person has to look at a job's commit before anything of it is given to an agent. Pure.
import type { JobSpec } from "../job/job-spec.ts";
import type { ResultError } from "../job/result.ts";

/**
 * What is asked of a person before the job begins; undefined when nothing is, or when exactly this commit was approved.
 * Who may push to a fork has no permission here: whatever lies in its branch is a stranger's, and can be another thing a
 * moment after someone looked.
 */
export function approvalMissing(spec: JobSpec, approvedSha: string | null): ResultError | undefined {
  const { base, policy, target } = spec;
  const fork = target?.fork;
  if (fork === undefined && !policy.requires_approval) return undefined;
  if (base && approvedSha === base.sha) return undefined;
  const sha = base?.sha.slice(0, 12) ?? "";
  const why =
    fork === undefined
      ? "this job was submitted to begin only after an approval"
      : `the pull request's branch is in ${fork}: someone with write permission has to look at its commit ${sha} before an agent works on it, and what is pushed later needs an approval of its own`;
  return { code: "awaiting_human", message: why, details: { approve: sha } };
}
