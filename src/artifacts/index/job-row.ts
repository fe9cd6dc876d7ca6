// A job as a list shows it.
import { z } from "zod";

export const JobRow = z.object({
  n: z.number(),
  job_id: z.string(),
  status: z.string(),
  created_ms: z.number(),
  place: z.string(),
  place_key: z.string(),
  number: z.number().nullable(),
  goal: z.string(),
  person: z.string().nullable(),
  pipeline: z.string(),
  source: z.string(),
  summary: z.string().nullable(),
  change_status: z.string().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  waits_for: z.string().nullable(),
  step_id: z.string().nullable(),
  steps_done: z.number(),
  steps_total: z.number(),
  started_ms: z.number().nullable(),
  finished_ms: z.number().nullable(),
  duration_ms: z.number().nullable(),
  cost_usd: z.number().nullable(),
  simulated: z.number(),
});
export type JobRow = z.infer<typeof JobRow>;

export const jobColumns = Object.keys(JobRow.shape)
  .map((name) => `jobs.${name}`)
  .join(", ");
