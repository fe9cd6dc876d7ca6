// publication.json of one job: what was said, written right after each thing that was said.
import type { Publication } from "../job/publication.ts";
import type { PublisherDeps } from "./deps.ts";

export interface JobRecord {
  readonly publication: Publication;
  /** Writes the change and the time. */
  note(change: Partial<Publication>): Promise<void>;
}

/** The record of a job, whether or not something was said already. */
export async function openRecord(
  deps: Pick<PublisherDeps, "artifacts" | "clock">,
  jobId: string,
): Promise<JobRecord> {
  let publication: Publication = (await deps.artifacts.readPublication(jobId)) ?? {
    schema_version: "2.0",
    job_id: jobId,
    epoch: 0,
    comment: null,
    branch: null,
    pull_request: null,
    final: false,
    updated_at: deps.clock().toISOString(),
  };
  return {
    get publication() {
      return publication;
    },
    async note(change) {
      publication = { ...publication, ...change, updated_at: deps.clock().toISOString() };
      await deps.artifacts.writePublication(publication);
    },
  };
}
