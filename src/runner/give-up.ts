// The end of a job that no runner could bring to its end: told like any other.
import { newJobState } from "../job/job-state.ts";
import type { JobResult, ResultError } from "../job/result.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Ticket } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";

/**
 * Writes a failed result and asks for its publication. A job that had ended already keeps its result and is only
 * published. Doing it again changes nothing.
 */
export async function giveUpJob(
  deps: Pick<RunnerDeps, "artifacts" | "outbox" | "clock">,
  ticket: Pick<Ticket<JobSpec>, "payload" | "attempts" | "crashes">,
  error: ResultError,
): Promise<void> {
  const { artifacts, outbox, clock } = deps;
  const { payload: spec, attempts, crashes } = ticket;
  const jobId = spec.job_id;
  const now = clock().toISOString();
  await artifacts.prepare(spec);
  await artifacts.writeJob(spec);
  const state = (await artifacts.readState(jobId)) ?? newJobState(spec, now);
  // No claim of this ticket has a higher one: it rises with each claim and with each death.
  const epoch = Math.max(state.epoch, attempts + crashes);
  if (state.phase !== "finished" || !(await artifacts.readResult(jobId))) {
    await artifacts.writeText(jobId, "report.md", "");
    await artifacts.writeText(jobId, "logs.txt", `${error.code}: ${error.message}\n`);
    await artifacts.writeResult(failedResult(spec, { attempts, now, error }));
  }
  await artifacts.writeState({ ...state, epoch, crashes, phase: "finished", updated_at: now });
  await outbox.enqueue({
    id: `${jobId}-${epoch}-given-up`,
    key: `job:${jobId}`,
    payload: { kind: "publish", job_id: jobId, epoch },
  });
}

function failedResult(
  spec: JobSpec,
  { attempts, now, error }: { attempts: number; now: string; error: ResultError },
): JobResult {
  return {
    schema_version: "2.0",
    kind: "job",
    job_id: spec.job_id,
    status: "failed",
    attempts,
    started_at: now,
    finished_at: now,
    summary: error.message,
    change_status: "no_changes",
    secrets_check: "passed",
    artifacts: { report_md: "report.md", patch_diff: null, logs_txt: "logs.txt", result_json: "result.json" },
    metrics: { duration_ms: 0, cost_usd: null, tokens_in: null, tokens_out: null },
    error,
    warnings: [],
    patch: null,
    steps: [],
  };
}
