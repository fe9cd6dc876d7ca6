// `patchbay list`: the jobs, newest first.
import { explain, UserError } from "../../errors.ts";
import { readEnvironment } from "../environment.ts";
import { jobIds, type JobView, openArtifacts, placeOf, readJobView, statusOf } from "./job-view.ts";
import { table } from "./table.ts";

export interface ListOptions {
  limit: string;
  status?: string;
  repository?: string;
  json?: boolean;
}

/** Prints at most `limit` jobs that fit. A job whose files are damaged is named on standard error and left out. */
export async function list(options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError(`--limit: "${options.limit}" is not a number`);
  const config = readEnvironment();
  const artifacts = openArtifacts(config);
  const found: JobView[] = [];
  for (const id of await jobIds(config.ARTIFACTS_ROOT)) {
    if (found.length === limit) break;
    try {
      const view = await readJobView(artifacts, id);
      if (view && fits(view, options)) found.push(view);
    } catch (error) {
      console.error(`${id}: ${explain(error)}`);
    }
  }
  if (options.json) {
    console.log(JSON.stringify(found.map(summary), undefined, 2));
    return;
  }
  if (found.length === 0) {
    console.log("no jobs");
    return;
  }
  const rows = found
    .map(summary)
    .map((job) => [
      job.job_id,
      job.created_at.slice(0, 16).replace("T", " "),
      job.status,
      job.where,
      job.pipeline,
      job.requested_by ?? "",
      job.goal.replaceAll(/\s+/g, " ").slice(0, 60),
    ]);
  console.log(table([["JOB", "ASKED (UTC)", "STATUS", "WHERE", "PIPELINE", "BY", "GOAL"], ...rows]));
}

function fits(view: JobView, { status, repository }: ListOptions): boolean {
  if (status !== undefined && statusOf(view) !== status) return false;
  return repository === undefined || placeOf(view).toLowerCase().split("#")[0] === repository.toLowerCase();
}

function summary(view: JobView) {
  const { spec, result } = view;
  return {
    job_id: spec.job_id,
    created_at: spec.created_at,
    status: statusOf(view),
    where: placeOf(view),
    pipeline: spec.pipeline,
    requested_by: spec.requested_by?.login ?? null,
    goal: spec.goal,
    error: result?.error?.code ?? null,
    cost_usd: result?.metrics.cost_usd ?? null,
  };
}
