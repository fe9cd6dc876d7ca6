// What Patchbay has said on GitHub about a job: publication.json.
import { z } from "zod";
import { JobId } from "./ids.ts";
import { Timestamp } from "./job-spec.ts";

export const Publication = z.strictObject({
  schema_version: z.literal("2.0"),
  job_id: JobId,
  /** The highest lease epoch whose intent was carried out; intents of older ones are dropped. */
  epoch: z.int().nonnegative(),
  comment: z.strictObject({ id: z.int(), url: z.string(), body_sha256: z.string() }).nullable(),
  branch: z.strictObject({ name: z.string(), sha: z.string() }).nullable(),
  pull_request: z.strictObject({ number: z.int(), url: z.string() }).nullable(),
  /** True once the final state has been said; progress that comes later is dropped. */
  final: z.boolean(),
  updated_at: Timestamp,
});
export type Publication = z.infer<typeof Publication>;
