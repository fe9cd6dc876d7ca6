// Everything that is known of one job, as its files say it.
import type { Artifacts } from "../../artifacts/store.ts";
import { heldPatches, type HeldPatch } from "../../job/held-patch.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { JobState } from "../../job/job-state.ts";
import type { Publication } from "../../job/publication.ts";
import type { JobResult } from "../../job/result.ts";

export interface JobView {
  spec: JobSpec;
  state: JobState | undefined;
  result: JobResult | undefined;
  publication: Publication | undefined;
  status: string;
  held: HeldPatch[];
}

/** Undefined when there is no such job, or its files are damaged. */
export async function readJobView(
  artifacts: Pick<Artifacts, "readJob" | "readState" | "readResult" | "readPublication">,
  jobId: string,
): Promise<JobView | undefined> {
  try {
    const spec = await artifacts.readJob(jobId);
    if (!spec) return undefined;
    const state = await artifacts.readState(jobId);
    const result = await artifacts.readResult(jobId);
    const publication = await artifacts.readPublication(jobId);
    const isOver = state?.phase === "finished" && result !== undefined;
    const status = isOver
      ? result.status
      : state?.phase === "finished"
        ? "running"
        : (state?.phase ?? "queued");
    return { spec, state, result, publication, status, held: isOver ? heldPatches(result) : [] };
  } catch {
    return undefined;
  }
}
