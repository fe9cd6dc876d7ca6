// A job as the commands show it: what the gateway says of it, from a newer server also more than is known here.
import type { z } from "zod";
import { JobResource } from "../../api/job-resource.ts";

export const ShownJob = JobResource.loose();
export type ShownJob = z.infer<typeof ShownJob>;

/** `acme/shop#7`, or the project of a job without a repository. */
export function placeOf({ repository, project, number }: ShownJob): string {
  if (repository === null) return project ?? "";
  return `${repository}${number === null ? "" : `#${number}`}`;
}
