// What Patchbay has said on GitHub about a job: publication.json.
import { z } from "zod";
import { JobId } from "./ids.ts";
import { Timestamp } from "./job-spec.ts";

export const Publication = z.strictObject({
  schema_version: z.literal("2.0"),
  job_id: JobId,
  /** The highest lease epoch whose intent was carried out; intents of older ones are dropped. */
  epoch: z.int().nonnegative(),
  comment: z
    .strictObject({
      id: z.int(),
      url: z.string(),
      body_sha256: z.string(),
      /** The first comment of the review thread in which it stands; absent in the conversation. */
      thread: z.int().optional(),
    })
    .nullable(),
  branch: z
    .strictObject({
      name: z.string(),
      sha: z.string(),
      /** Our own commit of the same change, when it is GitHub's that is on the branch. */
      of: z.string().optional(),
    })
    .nullable(),
  pull_request: z
    .strictObject({ number: z.int(), url: z.string(), body_sha256: z.string().optional() })
    .nullable(),
  /** The commit on a pull request's own branch on which the change goes. */
  onto: z.strictObject({ name: z.string(), sha: z.string() }).optional(),
  /** The commit that is about to be pushed: after a crash it may be on the branch, below what others added since. */
  pushing: z.strictObject({ name: z.string(), sha: z.string() }).optional(),
  /** The review with the findings, on the pull request with this number. */
  review: z.strictObject({ number: z.int(), id: z.int(), url: z.string() }).optional(),
  /** What the reviewers' findings were beside what earlier reviews have said. */
  findings: z
    .strictObject({
      fresh: z.int().nonnegative(),
      open: z.int().nonnegative(),
      fixed: z.int().nonnegative(),
    })
    .optional(),
  /** The held patch that the comment shows: only this one can be released. */
  shown: z.strictObject({ sha256: z.string(), base_sha: z.string() }).optional(),
  /** The same of two of which one is to be chosen. */
  choices: z.array(z.strictObject({ sha256: z.string(), base_sha: z.string() })).optional(),
  /** The last command about this job that is being carried out, by its marker. */
  decided: z
    .strictObject({
      marker: z.string(),
      /** The commit on which a released patch goes: the branch as it stood when it was released. */
      onto: z.string().optional(),
    })
    .optional(),
  /** Which label says where the job stands; empty when none does. Only of a job that a label started. */
  label: z.string().optional(),
  /** Its check runs, one for each commit. */
  checks: z.array(z.strictObject({ head_sha: z.string(), id: z.int(), sha256: z.string() })).optional(),
  /** True once the final state has been said; progress that comes later is dropped. */
  final: z.boolean(),
  updated_at: Timestamp,
});
export type Publication = z.infer<typeof Publication>;
