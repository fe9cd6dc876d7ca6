// `patchbay show <job>`: where a job stands, step by step, and what came of it.
import { relative } from "node:path";
import type { StepResult } from "../../job/result.ts";
import { readEnvironment } from "../environment.ts";
import { oneLine } from "../../publisher/render/fence.ts";
import { findJob, type JobView, openArtifacts, placeOf, statusOf } from "./job-view.ts";
import { table } from "./table.ts";

/** Prints one job; `json` gives everything that is known of it. Throws UserError when there is no such job. */
export async function show(wanted: string, options: { json?: boolean }): Promise<void> {
  const config = readEnvironment();
  const artifacts = openArtifacts(config);
  const view = await findJob(config, artifacts, wanted);
  if (options.json) {
    console.log(JSON.stringify(view, undefined, 2));
    return;
  }
  const { spec, result, publication } = view;
  const facts: [string, string | undefined][] = [
    ["job", spec.job_id],
    ["status", result?.error ? `${statusOf(view)}: ${result.error.message}` : statusOf(view)],
    ["goal", spec.goal.replaceAll(/\s+/g, " ")],
    ["where", placeOf(view)],
    ["asked", `${spec.created_at}${spec.requested_by ? ` by @${spec.requested_by.login}` : ""}`],
    ["base", spec.base && `${spec.base.ref} at ${spec.base.sha.slice(0, 12)}`],
    ["comment", publication?.comment?.url],
    ["branch", publication?.branch?.name],
    ["pull request", publication?.pull_request?.url],
    ["artifacts", `${relative(process.cwd(), artifacts.jobFolder(spec.job_id)) || "."}/`],
  ];
  console.log(table(facts.flatMap(([name, value]) => (value ? [[name, value]] : []))));
  console.log(
    `\n${table([["STEP", "AGENT", "STATUS", "TRIES", "SECONDS", "COST"], ...view.spec.steps.map(stepRow(view))])}`,
  );
  const warnings = [...(result?.warnings ?? []), ...(result?.steps.flatMap((step) => step.warnings) ?? [])];
  for (const warning of new Set(warnings)) console.log(`! ${oneLine(warning)}`);
}

function stepRow({ state, result }: JobView) {
  return (step: { step_id: string; agent: string }): string[] => {
    const ended = result?.steps.find((one) => one.step_id === step.step_id);
    const known = state?.steps.find((one) => one.step_id === step.step_id);
    return [
      step.step_id,
      ended?.simulated ? `${step.agent} (simulated)` : step.agent,
      ended?.status ?? known?.status ?? "pending",
      String(ended?.attempts ?? known?.attempts ?? 0),
      ended ? (ended.metrics.duration_ms / 1000).toFixed(1) : "",
      costOf(ended),
    ];
  };
}

/** What is unknown is told as unknown; a simulated step costs nothing. */
function costOf(ended: StepResult | undefined): string {
  if (!ended || ended.simulated) return "";
  const { cost_usd: cost } = ended.metrics;
  return cost === null ? "unknown" : `$${cost.toFixed(4)}`;
}
