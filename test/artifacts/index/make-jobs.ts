// Jobs on the disk as Patchbay leaves them, of every kind.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../../src/job/ids.ts";
import type { JobState } from "../../../src/job/job-state.ts";
import type { JobResult } from "../../../src/job/result.ts";
import type { JobSpec } from "../../../src/job/job-spec.ts";
import { resultOf, specOf, stateOf, stepOf } from "../../publisher/job.ts";

export interface Wanted {
  id?: string;
  at?: Date;
  spec?: Partial<JobSpec>;
  /** Of a project of this machine, in place of GitHub's repository. */
  project?: string;
  state?: JobState["phase"] | undefined;
  result?: Partial<JobResult> | undefined;
  report?: string | undefined;
}

/** Writes a job's folder, whatever of it is wanted; returns its id. */
export function makeJob(
  root: string,
  { id, at = new Date(), spec, project, state, result, report }: Wanted,
): string {
  const jobId = id ?? newId(at.getTime());
  const folder = join(root, jobId);
  mkdirSync(folder, { recursive: true });
  const writeText = (name: string, text: string): void => {
    writeFileSync(join(folder, ".new.tmp"), text);
    renameSync(join(folder, ".new.tmp"), join(folder, name));
  };
  const write = (name: string, value: object): void => writeText(name, JSON.stringify(value, null, 2));
  const { repository, target, base, requested_by, ...rest } = specOf({
    job_id: jobId,
    created_at: at.toISOString(),
    ...spec,
  });
  const fromGitHub = { repository, target, base, requested_by };
  write("job.json", { ...rest, ...(project === undefined ? fromGitHub : { project_id: project }) });
  if (state) write("state.json", stateOf(state, { job_id: jobId }));
  if (result) {
    const steps = (result.steps ?? [stepOf("01_plan"), stepOf("02_implement"), stepOf("03_review")]).map(
      (step) => ({ ...step, job_id: jobId }),
    );
    write("result.json", resultOf({ job_id: jobId, ...result, steps }));
  }
  if (report !== undefined) writeText("report.md", report);
  return jobId;
}
