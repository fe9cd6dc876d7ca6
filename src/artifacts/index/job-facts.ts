// What the index knows of a job, made from its files. Pure.
import { createHash } from "node:crypto";
import { z } from "zod";
import { heldPatches } from "../../job/held-patch.ts";
import { JobSpec } from "../../job/job-spec.ts";
import { JobState } from "../../job/job-state.ts";
import { JobResult } from "../../job/result.ts";

const { shape } = JobSpec;
/** As much of job.json as is looked at: the whole of it is checked where jobs are run. */
export const IndexedSpec = z.object({
  job_id: shape.job_id,
  created_at: shape.created_at,
  source: z.object({ type: z.string() }),
  goal: z.string(),
  project_id: shape.project_id,
  repository: z.object({ owner: z.string(), name: z.string() }).optional(),
  target: z.object({ number: z.number(), title: z.string(), author: z.string() }).optional(),
  requested_by: z.object({ login: z.string() }).optional(),
  pipeline: shape.pipeline,
  steps: z.array(z.object({ step_id: z.string(), agent: z.string(), role: z.string() })),
});
export const IndexedState = z.object({
  phase: JobState.shape.phase,
  steps: z.array(
    z.object({
      step_id: z.string(),
      status: z.string(),
      attempts: z.number(),
      started_at: z.string().nullable(),
      finished_at: z.string().nullable(),
      cost_usd: z.number().nullish(),
    }),
  ),
});
export const IndexedResult = JobResult;

export interface JobFiles {
  spec: z.infer<typeof IndexedSpec>;
  state: z.infer<typeof IndexedState> | undefined;
  result: JobResult | undefined;
  report: string | undefined;
  /** When the folder was changed last, ms since 1970. */
  folderMs: number;
}

type Value = string | number | null;

export interface JobFacts {
  job: Record<string, Value> & { job_id: string; created_ms: number; text_sha: string };
  steps: Record<string, Value>[];
  text: { goal: string; report: string; place: string; people: string };
}

/** A job stands still until somebody says or does something more about it. */
const openStatus: ReadonlySet<string> = new Set([
  "queued",
  "preparing",
  "running",
  "needs_human",
  "retryable",
]);
const dayMs = 86_400_000;

/** The state's word while the job goes on, the result's once it has ended. */
function statusOf({ state, result }: JobFiles): string {
  if (state?.phase === "finished") return result?.status ?? "running";
  return state?.phase ?? "queued";
}

/** `owner/name`, or the project, of a job; it is compared in lower case. */
function placeOf({ repository, project_id: project }: JobFiles["spec"]): string {
  return repository ? `${repository.owner}/${repository.name}` : (project ?? "");
}

/** What a person may be let to see: a repository of GitHub, or what only the operator sees. */
function placeKey({ repository }: JobFiles["spec"], place: string): string {
  return repository ? place.toLowerCase() : `:${place}`;
}

export function jobFacts(files: JobFiles): JobFacts {
  const { spec, state, result, report = "", folderMs } = files;
  const status = statusOf(files);
  const isOpen = openStatus.has(status);
  // A job that was approved waits again, with the result of before.
  const ended = state?.phase === "finished" ? result : undefined;
  const place = placeOf(spec);
  const key = placeKey(spec, place);
  const createdMs = Date.parse(spec.created_at);
  const day = Math.floor(createdMs / dayMs);
  const person = spec.requested_by?.login ?? null;
  const steps = spec.steps.map((step) => stepFacts(step, files));
  const running = state?.steps.find((step) => step.status === "running");
  const people = [...new Set([person ?? "", spec.target?.author ?? ""])].join(" ");
  const where = `${place} ${spec.target ? `#${spec.target.number}` : ""}`;
  const goal = `${spec.goal}\n${spec.target?.title ?? ""}`;
  const text = { goal, report: `${ended?.summary ?? ""}\n${report}`, place: where, people };
  const begun = state?.steps.flatMap(({ started_at: at }) => (at === null ? [] : [Date.parse(at)])) ?? [];
  const costs = steps.flatMap(({ cost_usd: cost }) => (typeof cost === "number" ? [cost] : []));
  const soFar = costs.length > 0 ? costs.reduce((sum, cost) => sum + cost, 0) : null;
  return {
    job: {
      job_id: spec.job_id,
      status,
      // One that was changed only now is looked at once more.
      is_open: isOpen || folderMs === 0 ? 1 : 0,
      created_ms: createdMs,
      day,
      place,
      place_key: key,
      number: spec.target?.number ?? null,
      goal: spec.goal.slice(0, 500),
      person,
      person_key: person?.toLowerCase() ?? null,
      pipeline: spec.pipeline,
      source: spec.source.type,
      summary: ended?.summary.slice(0, 500) ?? null,
      change_status: ended?.change_status ?? null,
      error_code: ended?.error?.code ?? null,
      error_message: ended?.error?.message.slice(0, 500) ?? null,
      waits_for: status === "needs_human" ? waitsFor(ended) : null,
      step_id: isOpen ? (running?.step_id ?? null) : null,
      steps_done: steps.filter((step) => step["status"] === "success").length,
      steps_total: steps.length,
      started_ms: ended ? Date.parse(ended.started_at) : begun.length > 0 ? Math.min(...begun) : null,
      finished_ms: ended?.finished_at ? Date.parse(ended.finished_at) : null,
      duration_ms: ended ? Math.round(ended.metrics.duration_ms) : null,
      cost_usd: ended ? ended.metrics.cost_usd : soFar,
      tokens_in: ended?.metrics.tokens_in ?? null,
      tokens_out: ended?.metrics.tokens_out ?? null,
      simulated: ended?.steps.some((step) => step.simulated) ? 1 : 0,
      text_sha: createHash("sha1").update(Object.values(text).join("\0")).digest("base64url"),
      folder_ms: folderMs,
    },
    steps: steps.map((step) => ({ ...step, day, place_key: key })),
    text,
  };
}

function waitsFor(result: JobResult | undefined): string {
  const held = heldPatches(result);
  return held.length > 1 ? "choice" : held.length === 1 ? "patch" : "approval";
}

function stepFacts(
  { step_id, agent, role }: JobFiles["spec"]["steps"][number],
  { state, result }: JobFiles,
): Record<string, Value> {
  const known = state?.steps.find((step) => step.step_id === step_id);
  const ended = result?.steps.find((step) => step.step_id === step_id);
  const took =
    known?.started_at && known.finished_at
      ? Date.parse(known.finished_at) - Date.parse(known.started_at)
      : null;
  return {
    step_id,
    agent,
    role,
    status: ended?.status ?? known?.status ?? "pending",
    attempts: ended?.attempts ?? known?.attempts ?? 0,
    duration_ms: ended ? Math.round(ended.metrics.duration_ms) : took,
    cost_usd: ended ? ended.metrics.cost_usd : (known?.cost_usd ?? null),
    tokens_in: ended?.metrics.tokens_in ?? null,
    tokens_out: ended?.metrics.tokens_out ?? null,
    simulated: ended?.simulated ? 1 : 0,
  };
}
