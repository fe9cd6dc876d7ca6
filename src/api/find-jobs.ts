// Pages of jobs, newest first. The cursor is the last id that was looked at: ids sort by time.
import { readdir } from "node:fs/promises";
import { z } from "zod";
import type { Artifacts } from "../artifacts/store.ts";
import { JobId } from "../job/ids.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { type JobResource, JobStatus, readJobResource } from "./job-resource.ts";

export const JobQuery = z.strictObject({
  status: JobStatus.optional(),
  project: z.string().max(128).optional().describe("a project, or owner/name of a repository"),
  tag: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: JobId.optional().describe("next_cursor of the page before"),
});
export type JobQuery = z.infer<typeof JobQuery>;

export interface JobPage {
  jobs: JobResource[];
  next_cursor: string | null;
}

/** However rare what is looked for is, one request opens no more jobs than this; the next page goes on from there. */
const maxOpened = 500;

/** Jobs that fit and that `mayRead` lets through. A job whose files are damaged is left out. */
export async function findJobs(
  {
    root,
    artifacts,
  }: { root: string; artifacts: Pick<Artifacts, "readJob" | "readState" | "readResult" | "readPublication"> },
  { status, project, tag, limit, cursor }: JobQuery,
  mayRead: (spec: JobSpec) => boolean,
): Promise<JobPage> {
  const names = await readdir(root).catch(() => []);
  const ids = names
    .filter((name) => JobId.safeParse(name).success && !name.startsWith("."))
    .filter((name) => cursor === undefined || name < cursor)
    .toSorted()
    .toReversed();
  const jobs: JobResource[] = [];
  for (const [at, id] of ids.entries()) {
    if (jobs.length === limit || at === maxOpened) return { jobs, next_cursor: ids[at - 1] ?? null };
    const spec = await artifacts.readJob(id).catch(() => undefined);
    if (!spec || !mayRead(spec) || (tag !== undefined && !spec.tags.includes(tag))) continue;
    const job = await readJobResource(artifacts, spec).catch(() => undefined);
    if (!job || (status !== undefined && job.status !== status)) continue;
    if (project === undefined || job.project === project || job.repository === project) jobs.push(job);
  }
  return { jobs, next_cursor: null };
}
