// `patchbay show <job>`: where a job stands, step by step, and what came of it.
import { relative } from "node:path";
import { readJobResource } from "../../api/job-resource.ts";
import { oneLine } from "../../publisher/render/fence.ts";
import { readEnvironment } from "../environment.ts";
import { withServer } from "../remote/server.ts";
import { findJob, openArtifacts } from "./job-view.ts";
import { placeOf, ShownJob } from "./shown-job.ts";
import { table } from "./table.ts";

/** Prints one job; `json` gives everything that is known of it. Throws UserError when there is no such job. */
export async function show(wanted: string, options: { json?: boolean }): Promise<void> {
  const config = readEnvironment();
  if (config.PATCHBAY_URL !== undefined) {
    const said = await withServer(config, async (server) => server.json("GET", await server.pathOf(wanted)));
    return options.json ? console.log(JSON.stringify(said, undefined, 2)) : print(ShownJob.parse(said), []);
  }
  const artifacts = openArtifacts(config);
  const view = await findJob(config, artifacts, wanted);
  if (options.json) return console.log(JSON.stringify(view, undefined, 2));
  const folder = `${relative(process.cwd(), artifacts.jobFolder(view.spec.job_id)) || "."}/`;
  print(await readJobResource(artifacts, view.spec), [["artifacts", folder]]);
}

function print(job: ShownJob, more: [string, string][]): void {
  const facts: [string, string | undefined | null][] = [
    ["job", job.job_id],
    ["status", job.error ? `${job.status}: ${job.error.message}` : job.status],
    ["goal", job.goal.replaceAll(/\s+/g, " ")],
    ["where", placeOf(job)],
    ["asked", `${job.created_at}${job.requested_by === null ? "" : ` by @${job.requested_by}`}`],
    ["base", job.base && `${job.base.ref} at ${job.base.sha.slice(0, 12)}`],
    ["comment", job.comment_url],
    ["branch", job.branch],
    ["pull request", job.pull_request_url],
    ...more,
  ];
  console.log(table(facts.flatMap(([name, value]) => (value ? [[name, value]] : []))));
  const head = ["STEP", "AGENT", "STATUS", "TRIES", "SECONDS", "COST"];
  console.log(`\n${table([head, ...job.steps.map(stepRow)])}`);
  for (const warning of job.warnings) console.log(`! ${oneLine(warning)}`);
}

function stepRow(step: ShownJob["steps"][number]): string[] {
  const { started_at: start, finished_at: end } = step;
  return [
    step.step_id,
    step.simulated ? `${step.agent} (simulated)` : step.agent,
    step.status,
    String(step.attempts),
    start !== null && end !== null ? ((Date.parse(end) - Date.parse(start)) / 1000).toFixed(1) : "",
    costOf(step),
  ];
}

/** What is unknown is told as unknown; a simulated step costs nothing. */
function costOf({ simulated, finished_at: end, cost_usd: cost }: ShownJob["steps"][number]): string {
  if (simulated || end === null) return "";
  return cost === null || cost === undefined ? "unknown" : `$${cost.toFixed(4)}`;
}
