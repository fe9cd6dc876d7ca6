// Where a job stands, in the few words that labels and check runs have for it.
import type { GitHubJob } from "../../job/job-spec.ts";
import type { JobState } from "../../job/job-state.ts";
import type { Publication } from "../../job/publication.ts";
import type { JobResult } from "../../job/result.ts";

export type Standing =
  | "waiting"
  | "running"
  | "changed"
  | "unchanged"
  /** There is a change, and it was not to be pushed: a dry run, or a fork's branch. */
  | "offered"
  /** There is a change, and something stood against its publication. */
  | "unpublished"
  | "held"
  | "failed"
  | "cancelled";

export interface Facts {
  spec: GitHubJob;
  state: JobState | undefined;
  result: JobResult | undefined;
  publication: Publication;
}

/** By what is on disk and not by the intent: a late intent tells the same as the latest one. */
export function standingOf({ spec, state, result, publication }: Facts): Standing {
  if (state === undefined || state.phase === "queued") return "waiting";
  if (state.phase !== "finished" || !result) return "running";
  switch (result.status) {
    case "success":
      if (!result.patch) return "unchanged";
      if (publication.branch) return "changed";
      return isOnlyOffered(spec) ? "offered" : "unpublished";
    case "needs_human":
      return "held";
    case "cancelled":
      return "cancelled";
    default:
      return "failed";
  }
}

function isOnlyOffered({ dry_run: dryRun, target }: GitHubJob): boolean {
  return dryRun || (target.kind !== "issue" && target.head_ref === undefined);
}
