// publication.json of one job: what was said, written right after each thing that was said.
import type { Publication } from "../job/publication.ts";
import type { PublisherDeps, Said } from "./deps.ts";

export interface JobRecord {
  readonly publication: Publication;
  /** Writes the change and the time; what is new on GitHub goes into the audit log first. */
  note(change: Partial<Publication>): Promise<void>;
}

/** The record of a job, whether or not something was said already. */
export async function openRecord(
  deps: Pick<PublisherDeps, "artifacts" | "audit" | "clock">,
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
      const said = newlySaid(publication, change);
      if (said) await deps.audit(said);
      publication = { ...publication, ...change, updated_at: deps.clock().toISOString() };
      await deps.artifacts.writePublication(publication);
    },
  };
}

/** What a change tells that was not on GitHub before; an edit of the comment counts at the end only. */
function newlySaid(before: Publication, change: Partial<Publication>): Said | undefined {
  const { job_id, comment } = before;
  const { branch, pull_request, final } = change;
  const said: Said = { job_id, epoch: change.epoch ?? before.epoch };
  if (branch) said.branch = branch;
  if (pull_request) said.pull_request = pull_request;
  if (change.review) said.review = change.review;
  if (change.findings) said.findings = change.findings;
  if (change.comment && change.comment.id !== comment?.id) said.comment = change.comment;
  if (final !== undefined) Object.assign(said, { final, comment });
  return Object.keys(said).length > 2 ? said : undefined;
}
