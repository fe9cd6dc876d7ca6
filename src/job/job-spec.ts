// What was asked: immutable, versioned, written once.
import { z } from "zod";
import { Compare } from "./compare.ts";
import { HostPort } from "./host-port.ts";
import { JobImage, maxImages } from "./image.ts";
import { JobId, StepId } from "./ids.ts";
import { Material } from "./material.ts";
import { defaultBranchTemplate, templateProblem } from "./branch-template.ts";
import { isBranchName } from "./ref-name.ts";
import { maxThreads, ReviewThread } from "./review-thread.ts";
import { Severity } from "./review-finding.ts";
import { StepSpec } from "./step-spec.ts";
import { Verify } from "./verify.ts";

/** UTC, ISO 8601. */
export const Timestamp = z.iso.datetime();

/** A full SHA-1 or SHA-256 object name. */
const Sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "a full commit SHA in lower case");

/** What GitHub lets an owner or a repository be called. */
const GitHubName = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, "a GitHub owner or repository name");

export const Repository = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.-]+(?::\d{1,5})?$/, "a host name with an optional port"),
  owner: GitHubName,
  name: GitHubName,
  default_branch: z.string().min(1).max(255),
  installation_id: z.int().positive(),
});
export type Repository = z.infer<typeof Repository>;

/** Where the request stands on GitHub. Title and body are the trigger's own payload's. */
const Target = z.strictObject({
  kind: z.enum(["issue", "pull_request", "review_thread"]),
  number: z.int().positive(),
  title: z.string().max(1024),
  body: z.string().max(70_000).default(""),
  author: z.string().max(100),
  /** The comment that asked, when it was one. */
  comment_id: z.int().positive().optional(),
  /** Of a pull request, also of the one that an issue has: the branch of this repository that the job's commit goes to. */
  head_ref: z.string().min(1).max(255).optional(),
  /** Of an issue: the pull request of an earlier job for it, open when it was asked. */
  pull_request: z.int().positive().optional(),
  /** Of a pull request: the commit of the branch into which it goes. */
  base_sha: Sha.optional(),
  /** The repository (`owner/name`) of a pull request's branch when it is another one. */
  fork: z.string().max(200).optional(),
  /** Of a pull request: what is to be solved. Of a review thread: itself first, since what is said is said there. */
  threads: z.array(ReviewThread).max(maxThreads).optional(),
});

export const Permission = z.enum(["none", "read", "triage", "write", "maintain", "admin"]);
export type Permission = z.infer<typeof Permission>;

/** One message of the conversation before the request, oldest first. */
export const ContextMessage = z.strictObject({
  role: z.enum(["user", "assistant", "system"]).default("user"),
  author: z.string().max(100).optional(),
  created_at: Timestamp.optional(),
  content: z.string().max(70_000),
});
export type ContextMessage = z.infer<typeof ContextMessage>;

/** What a job asks for; it only ever narrows what the operator allows. */
const Policy = z.strictObject({
  sandbox: z.boolean().default(true),
  network: z.enum(["deny", "allow"]).default("deny"),
  /** Empty: no narrowing. */
  allowed_binaries: z.array(z.string().max(128)).max(64).default([]),
  requires_approval: z.boolean().default(false),
  /** Globs of files whose change is held for a person, beside the operator's. */
  protected_paths: z.array(z.string().max(255)).max(200).default([]),
  /** Of the operator's EGRESS_ALLOWLIST only these; not given: all of it. */
  egress_allowlist: z.array(HostPort).max(64).optional(),
});

const Budget = z.strictObject({
  max_cost_usd: z.number().nonnegative().optional(),
  max_calls: z.int().nonnegative().optional(),
});

export const BranchName = z
  .string()
  .refine((name) => isBranchName(name), { error: "a branch's name, as git-check-ref-format(1) has it" });

export const BranchTemplate = z.string().refine((text) => templateProblem(text) === undefined, {
  error: ({ input }) => templateProblem(String(input)) ?? "",
});

/** `pull_request`: a branch with a draft pull request. `branch`: only the branch. `hold`: a person applies it first. */
export const PublishMode = z.enum(["pull_request", "branch", "hold"]);

/** Where a change goes. */
const Publish = z.strictObject({
  mode: PublishMode.default("pull_request"),
  /** The branch's name; without it the template makes one. */
  branch: BranchName.optional(),
  branch_template: BranchTemplate.default(defaultBranchTemplate),
  /** A review that finds something as grave as this requests changes; absent: it only comments. */
  request_changes_at: Severity.optional(),
});
export const maxGoalChars = 5000;

export const JobSpec = z.strictObject({
  schema_version: z.literal("2.0"),
  job_id: JobId,
  created_at: Timestamp,
  source: z.strictObject({
    type: z.enum(["webhook", "manual", "cron", "api"]),
    meta: z.record(z.string().max(128), z.json()).default({}),
  }),
  goal: z.string().trim().min(1).max(maxGoalChars),
  /** Whose words the goal is, when it is neither the requester's nor the title. */
  goal_by: z.string().max(100).optional(),
  project_id: z.string().max(128).optional(),
  repository: Repository.optional(),
  target: Target.optional(),
  base: z.strictObject({ ref: z.string().min(1).max(255), sha: Sha }).optional(),
  requested_by: z
    .strictObject({ login: z.string().max(100), id: z.int().optional(), permission: Permission })
    .optional(),
  workdir: z.string().max(4096).optional(),
  callback_url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional(),
  tags: z.array(z.string().max(64)).max(32).default([]),
  metadata: z.record(z.string().max(128), z.json()).default({}),
  /** An earlier job whose agents' sessions go on, where they are still kept. */
  follows: JobId.optional(),
  /** An earlier job whose change was not published: it is in the checkout from the start. */
  carries: JobId.optional(),
  /** An earlier job of the same steps: what those before this one made is taken over. */
  rerun: z.strictObject({ job_id: JobId, from_step: StepId }).optional(),
  pipeline: z.string().max(64).default("default"),
  steps: z.array(StepSpec).min(1).max(32),
  compare: Compare.optional(),
  /** What tries each step's change. */
  verify: Verify.optional(),
  publish: Publish.prefault({}),
  /** Run everything, publish only the comment. */
  dry_run: z.boolean().default(false),
  material: z.array(Material).max(100).default([]),
  /** Their bytes are artifacts of the job. */
  images: z.array(JobImage).max(maxImages).default([]),
  /** What of it is missing and why, a sentence each. */
  material_left_out: z.array(z.string().max(500)).max(20).default([]),
  context_window: z.array(ContextMessage).max(1000).default([]),
  context_strategy: z.enum(["full", "summarize", "sliding"]).default("sliding"),
  artifact_handoff: z.enum(["manual", "patch_first", "workspace_first"]).default("manual"),
  policy: Policy.prefault({}),
  budget: Budget.optional(),
});
export type JobSpec = z.infer<typeof JobSpec>;

/** A job that came from GitHub, with everything that checking out and publishing need. */
export type GitHubJob = JobSpec & Required<Pick<JobSpec, "repository" | "target" | "base" | "requested_by">>;

/** Whether a spec carries what checking out from GitHub and publishing there need. */
export function isGitHubJob(spec: JobSpec): spec is GitHubJob {
  return Boolean(spec.repository && spec.target && spec.base && spec.requested_by);
}
