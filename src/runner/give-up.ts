// The end of a job that no runner brings to its end: told like any other.
import { newJobState } from "../job/job-state.ts";
import type { JobResult, ResultError } from "../job/result.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Ticket } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";
import { unknownMetrics } from "./metrics.ts";

type Deps = Pick<RunnerDeps, "artifacts" | "outbox" | "clock">;
type JobTicket = Pick<Ticket<JobSpec>, "payload" | "attempts" | "crashes">;

/**
 * Writes a failed result and asks for its publication. A job that had ended already keeps its result and is only
 * published. Doing it again changes nothing.
 */
export async function giveUpJob(deps: Deps, ticket: JobTicket, error: ResultError): Promise<void> {
  await endUnrun(deps, ticket, { status: "failed", error, name: "given-up" });
}

/** The same for a job that was cancelled while nobody ran it. */
export async function endCancelled(
  deps: Deps,
  ticket: JobTicket & Pick<Ticket<JobSpec>, "note">,
): Promise<void> {
  const summary = ticket.note ?? "cancelled";
  await endUnrun(deps, ticket, { status: "cancelled", error: null, summary, name: "cancelled" });
}

interface End {
  status: "failed" | "cancelled";
  error: ResultError | null;
  summary?: string;
  /** Ends the intent's id. */
  name: string;
}

async function endUnrun(deps: Deps, ticket: JobTicket, end: End): Promise<void> {
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
    const log = end.error ? `${end.error.code}: ${end.error.message}` : end.status;
    await artifacts.writeText(jobId, "logs.txt", `${log}\n`);
    await artifacts.writeResult(unrunResult(spec, { attempts, now, end }));
  }
  await artifacts.writeState({ ...state, epoch, crashes, phase: "finished", updated_at: now });
  await outbox.enqueue({
    id: `${jobId}-${epoch}-${end.name}`,
    key: `job:${jobId}`,
    payload: { kind: "publish", job_id: jobId, epoch },
  });
}

function unrunResult(
  spec: JobSpec,
  { attempts, now, end }: { attempts: number; now: string; end: End },
): JobResult {
  return {
    schema_version: "2.0",
    kind: "job",
    job_id: spec.job_id,
    status: end.status,
    attempts,
    started_at: now,
    finished_at: now,
    summary: end.summary ?? end.error?.message ?? end.status,
    change_status: "no_changes",
    secrets_check: "passed",
    artifacts: { report_md: "report.md", patch_diff: null, logs_txt: "logs.txt", result_json: "result.json" },
    metrics: unknownMetrics,
    error: end.error,
    warnings: [],
    patch: null,
    steps: [],
  };
}
