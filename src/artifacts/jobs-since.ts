// The jobs of the last while: their ids tell their time, so that older ones aren't opened.
import { readdir } from "node:fs/promises";
import { idTimeMs } from "../job/ids.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Artifacts } from "./store.ts";

const ownId = /^[0-9a-f]{32}$/;

/** Newest first; a job whose file is damaged, or whose id isn't one of ours, is left out. */
export async function jobsSince(
  { root, artifacts }: { root: string; artifacts: Pick<Artifacts, "readJob"> },
  since: Date,
): Promise<JobSpec[]> {
  const names = await readdir(root).catch(() => []);
  const ids = names
    .filter((name) => ownId.test(name) && idTimeMs(name) >= since.getTime())
    .toSorted()
    .toReversed();
  const jobs: JobSpec[] = [];
  for (const id of ids) {
    const spec = await artifacts.readJob(id).catch(() => undefined);
    if (spec) jobs.push(spec);
  }
  return jobs;
}
