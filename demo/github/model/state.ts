// Everything that the stand-in remembers besides git: the snapshot's schema is the schema of the state.
import { z } from "zod";
import { App, Installation, Token, User } from "./accounts.ts";

export const Role = z.enum(["none", "read", "triage", "write", "maintain", "admin"]);
export type Role = z.infer<typeof Role>;

export const Label = z.object({
  id: z.number(),
  name: z.string(),
  color: z.string(),
  description: z.string().nullable(),
});
export type Label = z.infer<typeof Label>;

export const Repository = z.object({
  id: z.number(),
  owner: z.string(),
  name: z.string(),
  /** `owner/name` in lower case, as it was called before. */
  former_names: z.array(z.string()).default([]),
  private: z.boolean(),
  archived: z.boolean(),
  description: z.string().nullable(),
  default_branch: z.string(),
  fork_of: z.number().nullable(),
  created_at: z.string(),
  pushed_at: z.string(),
  next_number: z.number(),
  roles: z.record(z.string(), Role),
  labels: z.array(Label),
});
export type Repository = z.infer<typeof Repository>;

const Team = z.object({ org: z.string(), slug: z.string(), members: z.array(z.string()) });

const Side = z.object({ repository_id: z.number(), ref: z.string(), sha: z.string() });

export const Pull = z.object({
  head: Side,
  base: Side,
  draft: z.boolean(),
  merged_at: z.string().nullable(),
  merged_by: z.string().nullable(),
  merge_commit_sha: z.string().nullable(),
});
export type Pull = z.infer<typeof Pull>;

/** What happened to an issue besides comments, for the conversation page. */
export const TimelineEvent = z.object({
  id: z.number(),
  at: z.string(),
  login: z.string(),
  kind: z.enum([
    "labeled",
    "unlabeled",
    "closed",
    "reopened",
    "merged",
    "pushed",
    "renamed",
    "ready",
    "draft",
  ]),
  detail: z.string(),
});
export type TimelineEvent = z.infer<typeof TimelineEvent>;

export const Issue = z.object({
  id: z.number(),
  repository_id: z.number(),
  number: z.number(),
  title: z.string(),
  body: z.string().nullable(),
  author: z.string(),
  via_app: z.boolean(),
  state: z.enum(["open", "closed"]),
  state_reason: z.enum(["completed", "not_planned", "reopened", "duplicate"]).nullable(),
  locked: z.boolean().default(false),
  labels: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
  closed_by: z.string().nullable(),
  timeline: z.array(TimelineEvent),
  pull: Pull.nullable(),
});
export type Issue = z.infer<typeof Issue>;

export const Comment = z.object({
  id: z.number(),
  repository_id: z.number(),
  number: z.number(),
  author: z.string(),
  via_app: z.boolean(),
  body: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Comment = z.infer<typeof Comment>;

export const Content = z.enum(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]);
export type Content = z.infer<typeof Content>;

export const Reaction = z.object({
  id: z.number(),
  /** The id of the issue, comment or review comment: ids are unique over all kinds. */
  subject_id: z.number(),
  login: z.string(),
  content: Content,
  created_at: z.string(),
});
export type Reaction = z.infer<typeof Reaction>;

export const Review = z.object({
  id: z.number(),
  repository_id: z.number(),
  number: z.number(),
  author: z.string(),
  body: z.string(),
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "PENDING", "DISMISSED"]),
  commit_id: z.string(),
  submitted_at: z.string().nullable(),
});
export type Review = z.infer<typeof Review>;

export const ReviewComment = z.object({
  id: z.number(),
  review_id: z.number(),
  repository_id: z.number(),
  number: z.number(),
  author: z.string(),
  body: z.string(),
  path: z.string(),
  line: z.number().nullable(),
  /** The line has changed since: it is shown no more. */
  is_outdated: z.boolean().default(false),
  side: z.enum(["LEFT", "RIGHT"]),
  start_line: z.number().nullable(),
  start_side: z.enum(["LEFT", "RIGHT"]).nullable(),
  subject_type: z.enum(["line", "file"]),
  diff_hunk: z.string(),
  /** The line of the file's diff, counted from its first hunk header. */
  position: z.number(),
  commit_id: z.string(),
  in_reply_to_id: z.number().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ReviewComment = z.infer<typeof ReviewComment>;

export const Thread = z.object({
  id: z.number(),
  repository_id: z.number(),
  number: z.number(),
  first_comment_id: z.number(),
  resolved_by: z.string().nullable(),
});
export type Thread = z.infer<typeof Thread>;

export const CheckAction = z.object({
  label: z.string(),
  description: z.string(),
  identifier: z.string(),
});

export const CheckAnnotation = z.looseObject({ path: z.string() });

export const CheckRun = z.object({
  id: z.number(),
  repository_id: z.number(),
  suite_id: z.number(),
  name: z.string(),
  head_sha: z.string(),
  status: z.enum(["queued", "in_progress", "completed", "waiting", "requested", "pending"]),
  conclusion: z.string().nullable(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  external_id: z.string(),
  details_url: z.string().nullable(),
  output: z.object({
    title: z.string().nullable(),
    summary: z.string().nullable(),
    text: z.string().nullable(),
    annotations: z.array(CheckAnnotation),
  }),
  /** Of GitHub Actions: what the job printed. */
  log: z.string().nullable().default(null),
  actions: z.array(CheckAction),
});
export type CheckRun = z.infer<typeof CheckRun>;

export const State = z.object({
  version: z.literal(1),
  next_id: z.number(),
  app: App,
  /** Manifest codes that wait for their conversion, with the manifest. */
  manifests: z.record(z.string(), z.record(z.string(), z.json())),
  users: z.array(User),
  repositories: z.array(Repository),
  teams: z.array(Team).default([]),
  installations: z.array(Installation),
  tokens: z.array(Token),
  issues: z.array(Issue),
  comments: z.array(Comment),
  reactions: z.array(Reaction),
  reviews: z.array(Review),
  review_comments: z.array(ReviewComment),
  threads: z.array(Thread),
  check_runs: z.array(CheckRun),
  /** Commits that GitHub itself made and signed: createCommitOnBranch. */
  signed_commits: z.array(z.string()).default([]),
  /** What people have uploaded to conversations, as Base64. */
  uploads: z.record(z.string(), z.string()).default({}),
});
export type State = z.infer<typeof State>;
