// context.json: the agents' sessions so far and the conversation that the job was given.
import type { JobSpec } from "../job/job-spec.ts";
import type { RunnerDeps } from "./deps.ts";
import type { StepReport } from "./report.ts";

/** Written after each step. */
export async function writeContext(
  { artifacts }: Pick<RunnerDeps, "artifacts">,
  spec: JobSpec,
  reports: ReadonlyMap<string, StepReport>,
): Promise<void> {
  const sessions: Record<string, string> = {};
  for (const [stepId, { result }] of reports) {
    if (result.session_id !== null) sessions[stepId] = result.session_id;
  }
  await artifacts.writeContext(spec.job_id, {
    schema_version: "2.0",
    job_id: spec.job_id,
    sessions,
    messages: spec.context_window,
  });
}
