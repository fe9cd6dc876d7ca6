// A job from GitHub and its result, to be varied by each test.
import { type GitHubJob, isGitHubJob, JobSpec } from "../../src/job/job-spec.ts";
import { JobState } from "../../src/job/job-state.ts";
import { JobResult, StepResult } from "../../src/job/result.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { createVoice, type Voice } from "../../src/publisher/render/voice.ts";

export const jobId = "0198f3c1a2b37c4d8e5f60718293a4b5";
const createdAt = "2026-03-04T05:06:07.000Z";

export const repository = {
  host: "github.com",
  owner: "acme",
  name: "shop",
  default_branch: "main",
  installation_id: 7,
};

export function specOf(change: Partial<JobSpec> = {}): GitHubJob {
  const spec = JobSpec.parse({
    schema_version: "2.0",
    job_id: jobId,
    created_at: createdAt,
    source: { type: "webhook" },
    goal: "fix the flaky login test",
    repository,
    target: { kind: "issue", number: 7, title: "Login test fails on Mondays", author: "alice" },
    base: { ref: "main", sha: "a".repeat(40) },
    requested_by: { login: "alice", id: 583231, permission: "write" },
    steps: builtInPipelines[0]?.steps ?? [],
    ...change,
  });
  if (!isGitHubJob(spec)) throw new Error("the test's spec is not a job from GitHub");
  return spec;
}

const metrics = { duration_ms: 12_300, cost_usd: null, tokens_in: null, tokens_out: null };
const shared = {
  schema_version: "2.0",
  job_id: jobId,
  status: "success",
  attempts: 1,
  started_at: createdAt,
  finished_at: "2026-03-04T05:06:41.000Z",
  summary: "Waits for the session cookie before it asserts.",
  change_status: "changed",
  secrets_check: "passed",
  artifacts: {
    report_md: "report.md",
    patch_diff: "patch.diff",
    logs_txt: "logs.txt",
    result_json: "result.json",
  },
  metrics,
  error: null,
};

export function stepOf(stepId: string, change: Partial<StepResult> = {}): StepResult {
  const step = specOf().steps.find((one) => one.step_id === stepId);
  return StepResult.parse({
    ...shared,
    kind: "step",
    step_id: stepId,
    agent: step?.agent ?? "codex",
    role: step?.role ?? "implementer",
    simulated: false,
    session_id: null,
    ...change,
  });
}

export function resultOf(change: Partial<JobResult> = {}): JobResult {
  return JobResult.parse({
    ...shared,
    kind: "job",
    metrics: { ...metrics, duration_ms: 34_000 },
    patch: { base_sha: "a".repeat(40), tree: "b".repeat(40), sha256: "c".repeat(64), files: 1, bytes: 200 },
    steps: ["01_plan", "02_implement", "03_review"].map((id) => stepOf(id)),
    ...change,
  });
}

export function stateOf(phase: JobState["phase"], change: Partial<JobState> = {}): JobState {
  const steps = specOf().steps.map(({ step_id, agent, role }, at) => ({
    step_id,
    agent,
    role,
    status: phase === "running" ? (["success", "running"][at] ?? "pending") : "pending",
    attempts: 1,
    started_at: phase === "running" && at < 2 ? createdAt : null,
    finished_at: phase === "running" && at === 0 ? "2026-03-04T05:06:19.000Z" : null,
    tree_before: null,
    tree_after: null,
  }));
  return JobState.parse({
    schema_version: "2.0",
    job_id: jobId,
    epoch: 1,
    phase,
    steps,
    updated_at: createdAt,
    ...change,
  });
}

/** Masks the one secret that these tests know. */
export const secret = "hunter2-hunter2";
export const mask = (text: string): string => text.replaceAll(secret, "[masked]");

export function voiceOf(publicUrl?: string): Voice {
  return createVoice({
    mask,
    host: "github.com",
    publicUrl,
    artifactsRoot: "/srv/patchbay/artifacts",
    trigger: "/agent",
  });
}
