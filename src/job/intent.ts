// Something to say on GitHub: the payload of an outbox ticket.
import { z } from "zod";
import { CandidateLabel } from "./compare.ts";
import { Decider } from "./decision.ts";
import { JobId } from "./ids.ts";
import { Repository, Timestamp } from "./job-spec.ts";

const Marker = z.string().regex(/^[0-9A-Za-z._-]{8,100}$/);

/** The thing that gets a reaction: an issue or pull request itself, or a comment on one. */
const Subject = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("issue"), number: z.int().positive() }),
  z.strictObject({ type: z.literal("issue_comment"), comment_id: z.int().positive() }),
  z.strictObject({ type: z.literal("review_comment"), comment_id: z.int().positive() }),
]);

/** The first comment of the review thread in which it was asked, and is answered. */
const ThreadId = z.int().positive();

export const Intent = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("react"),
    repository: Repository,
    subject: Subject,
    content: z.enum(["eyes", "-1", "+1", "rocket", "confused"]),
  }),
  /** A single answer to a command that makes no job. `marker` is unique per delivery and command. */
  z.strictObject({
    kind: z.literal("reply"),
    repository: Repository,
    number: z.int().positive(),
    /** The comment that asked: it gets a reaction where GitHub lets nobody comment. */
    comment_id: z.int().positive().optional(),
    thread: ThreadId.optional(),
    marker: Marker,
    body: z.string(),
  }),
  /** A word to a pull request that nobody asked for: one comment, brought up to date. */
  z.strictObject({
    kind: z.literal("notice"),
    repository: Repository,
    number: z.int().positive(),
    about: z.enum(["agent-yml", "ci"]),
    body: z.string(),
    /** The head that it is about: once the pull request has another, it isn't said any more. */
    head_sha: z.string().optional(),
    /** False: only in place of what was said before. */
    isNews: z.boolean(),
  }),
  /** The job's state changed: bring its one comment up to date. */
  z.strictObject({ kind: z.literal("progress"), job_id: JobId, epoch: z.int().nonnegative() }),
  /** The job ended: branch, pull request, final comment. */
  z.strictObject({ kind: z.literal("publish"), job_id: JobId, epoch: z.int().nonnegative() }),
  /** The job ended, or waits: its result for the address that it named. */
  z.strictObject({ kind: z.literal("callback"), job_id: JobId, epoch: z.int().nonnegative() }),
  /** The job has waited too long for a person's word. */
  z.strictObject({
    kind: z.literal("expire"),
    job_id: JobId,
    /** When the result was written with which it waits; with another one it waits anew. */
    waits_since: Timestamp,
    /** How long it was to wait. */
    ttl_sec: z.int().positive(),
  }),
  /** A person decides about a job. What comes of it is told in the job's comment, or in a reply when nothing can. */
  z.strictObject({
    kind: z.literal("decide"),
    decision: z.enum(["apply", "discard", "approve", "cancel"]),
    job_id: JobId,
    /** Of the patch that was shown, for `apply`. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    /** Which of two it is, for `apply`. */
    label: CandidateLabel.optional(),
    by: Decider,
    repository: Repository,
    /** Where it was said, and where it is answered. */
    number: z.int().positive(),
    comment_id: z.int().positive().optional(),
    thread: ThreadId.optional(),
    marker: Marker,
  }),
]);
export type Intent = z.infer<typeof Intent>;

/** What is said on GitHub, and nowhere else. */
export type GitHubIntent = Exclude<Intent, { kind: "callback" | "expire" }>;
