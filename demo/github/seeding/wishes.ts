// What an act of a person needs to know: the schemas that a test's call and an HTTP body share.
import { z } from "zod";
import { CheckAnnotation } from "../model/state.ts";
import { Content, Role } from "../model/state.ts";
import { Permissions } from "../model/accounts.ts";

const repo = z.string().regex(/^[\w-]+\/[\w.-]+$/, "expected owner/name");
const number = z.number().int().positive();

export const NewUser = z.object({
  login: z.string(),
  type: z.enum(["User", "Bot", "Organization"]).default("User"),
});
export const NewRepository = z.object({
  name: repo,
  /** A git repository on this machine whose branches and tags are taken over. */
  from: z.string().optional(),
  files: z.record(z.string(), z.string()).optional(),
  private: z.boolean().optional(),
  description: z.string().optional(),
  defaultBranch: z.string().optional(),
  forkOf: repo.optional(),
});
export const Installing = z.object({
  account: z.string(),
  repositories: z.array(repo).optional(),
  permissions: Permissions.optional(),
});
export const Permission = z.object({ repo, login: z.string(), role: Role });
export const NewIssue = z.object({
  repo,
  title: z.string(),
  body: z.string().nullable().default(null),
  author: z.string(),
  labels: z.array(z.string()).optional(),
});
export const NewComment = z.object({ repo, number, author: z.string(), body: z.string() });
export const CommentEdit = z.object({
  repo,
  id: z.number(),
  body: z.string(),
  sender: z.string().optional(),
});
export const CommentRef = z.object({ repo, id: z.number(), sender: z.string().optional() });
export const Labeling = z.object({ repo, number, label: z.string(), sender: z.string() });
export const NewPull = z.object({
  repo,
  title: z.string(),
  body: z.string().nullable().default(null),
  author: z.string(),
  /** A branch; with `fork`, a branch of that repository. */
  head: z.string(),
  base: z.string().optional(),
  draft: z.boolean().default(false),
  fork: repo.optional(),
});
export const NewCommit = z.object({
  repo,
  branch: z.string().optional(),
  files: z.record(z.string(), z.string().nullable()),
  message: z.string().default("Change files"),
  author: z.string(),
});
export const StateChange = z.object({ repo, number, state: z.enum(["open", "closed"]), sender: z.string() });
export const Locking = z.object({ repo, number, locked: z.boolean() });
export const Merge = z.object({ repo, number, sender: z.string() });
export const Drafting = z.object({ repo, number, draft: z.boolean(), sender: z.string() });
export const NewReaction = z.object({ repo, subjectId: z.number(), content: Content, login: z.string() });
const Side = z.enum(["LEFT", "RIGHT"]);
export const NewReview = z.object({
  repo,
  number,
  author: z.string(),
  body: z.string().default(""),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).default("COMMENT"),
  comments: z
    .array(z.object({ path: z.string(), body: z.string(), line: z.number(), side: Side.optional() }))
    .default([]),
});
export const NewReply = z.object({ repo, commentId: z.number(), author: z.string(), body: z.string() });
export const Resolution = z.object({ repo, threadId: z.number(), resolved: z.boolean(), sender: z.string() });
export const NewCheck = z.object({
  repo,
  sha: z.string(),
  name: z.string(),
  conclusion: z.string().default("failure"),
  log: z.string().optional(),
  output: z
    .object({
      title: z.string(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(CheckAnnotation).optional(),
    })
    .optional(),
});
export const Rerun = z.object({ repo, checkRunId: z.number(), sender: z.string() });
export const Button = Rerun.extend({ identifier: z.string() });
export const Suspension = z.object({ account: z.string(), suspended: z.boolean() });
export const Archiving = z.object({ repo, archived: z.boolean() });
export const Hook = z.object({ url: z.string().nullable(), ping: z.boolean().default(false) });
