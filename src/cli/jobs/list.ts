// `patchbay list`: the jobs, newest first.
import { z } from "zod";
import { readJobResource } from "../../api/job-resource.ts";
import { UserError, explain } from "../../errors.ts";
import type { Config } from "../../config.ts";
import { readEnvironment } from "../environment.ts";
import { withServer } from "../remote/server.ts";
import { jobIds, openArtifacts } from "./job-view.ts";
import { placeOf, ShownJob } from "./shown-job.ts";
import { table } from "./table.ts";

export interface ListOptions {
  limit: string;
  status?: string;
  repository?: string;
  json?: boolean;
}

const Page = z.looseObject({ jobs: z.array(ShownJob), next_cursor: z.string().nullable() });

/** Prints at most `limit` jobs that fit. A job whose files are damaged is named on standard error and left out. */
export async function list(options: ListOptions): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError(`--limit: "${options.limit}" is not a number`);
  const config = readEnvironment();
  const jobs = config.PATCHBAY_URL === undefined ? jobsHere(config) : jobsThere(config, options);
  const found: ShownJob[] = [];
  for await (const job of jobs) {
    if (fits(job, options)) found.push(job);
    if (found.length === limit) break;
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

async function* jobsHere(config: Config): AsyncGenerator<ShownJob> {
  const artifacts = openArtifacts(config);
  for (const id of await jobIds(config.ARTIFACTS_ROOT)) {
    try {
      const spec = await artifacts.readJob(id);
      if (spec) yield await readJobResource(artifacts, spec);
    } catch (error) {
      console.error(`${id}: ${explain(error)}`);
    }
  }
}

async function* jobsThere(config: Config, { status, limit }: ListOptions): AsyncGenerator<ShownJob> {
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = new URLSearchParams({
      limit: String(Math.min(100, Number(limit))),
      ...(status !== undefined && { status }),
      ...(cursor !== "" && { cursor }),
    });
    const said = await withServer(config, (server) => server.json("GET", `/jobs?${query.toString()}`));
    const page: z.infer<typeof Page> = Page.parse(said);
    yield* page.jobs;
    cursor = page.next_cursor;
  }
}

function fits(job: ShownJob, { status, repository }: ListOptions): boolean {
  if (status !== undefined && job.status !== status) return false;
  return repository === undefined || placeOf(job).toLowerCase().split("#")[0] === repository.toLowerCase();
}

function summary(job: ShownJob) {
  return {
    job_id: job.job_id,
    created_at: job.created_at,
    status: job.status,
    where: placeOf(job),
    pipeline: job.pipeline,
    requested_by: job.requested_by,
    goal: job.goal,
    error: job.error?.code ?? null,
    cost_usd: job.metrics?.cost_usd ?? null,
  };
}
