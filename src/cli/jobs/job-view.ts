// A job as an operator sees it: put together from its artifacts, whatever of them is there yet.
import { readdir } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { type Artifacts, createArtifacts } from "../../artifacts/store.ts";
import type { Config } from "../../config.ts";
import { renew } from "../../io/remove-folder.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { JobState } from "../../job/job-state.ts";
import type { Publication } from "../../job/publication.ts";
import type { JobResult } from "../../job/result.ts";
import { createRedactor } from "../../redact.ts";

export interface JobView {
  spec: JobSpec;
  state: JobState | undefined;
  result: JobResult | undefined;
  publication: Publication | undefined;
}

/** The artifact store of a configuration, for looking only: what is read aloud is masked too. */
export function openArtifacts(config: Config): Artifacts {
  const redactor = createRedactor();
  for (const { name, value } of config.secrets) redactor.register(value, name);
  return createArtifacts({ root: config.ARTIFACTS_ROOT, mask: (text) => redactor.mask(text) });
}

/** Undefined when there is no such job. Throws UserError when one of its files is damaged. */
export async function readJobView(artifacts: Artifacts, jobId: string): Promise<JobView | undefined> {
  const spec = await artifacts.readJob(jobId);
  if (!spec) return undefined;
  const [state, result, publication] = await Promise.all([
    artifacts.readState(jobId),
    artifacts.readResult(jobId),
    artifacts.readPublication(jobId),
  ]);
  return { spec, state, result, publication };
}

/** The ids of all jobs, newest first: they sort by time. */
export async function jobIds(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names
    .filter((name) => /^[0-9A-Za-z][0-9A-Za-z._-]{7,63}$/.test(name))
    .toSorted()
    .toReversed();
}

/** The one job whose id begins or ends so. Throws UserError when none or several do. */
export async function findJob(config: Config, artifacts: Artifacts, wanted: string): Promise<JobView> {
  const ids = await jobIds(config.ARTIFACTS_ROOT);
  const found = ids.includes(wanted)
    ? [wanted]
    : ids.filter((id) => wanted.length >= 4 && (id.startsWith(wanted) || id.endsWith(wanted)));
  const [id] = found;
  if (id === undefined) {
    throw new UserError(
      `there is no job "${wanted}" in ${config.ARTIFACTS_ROOT}; \`patchbay list\` shows them`,
    );
  }
  if (found.length > 1) {
    throw new UserError(`"${wanted}" could be ${found.slice(0, 5).join(", ")}; write more of the id`);
  }
  const view = await readJobView(artifacts, id);
  if (!view) throw new UserError(`the folder of job ${id} has no job.json; it can be removed`);
  await renew(artifacts.jobFolder(id), new Date());
  return view;
}

/** One word for where a job stands. */
export function statusOf({ state, result }: JobView): string {
  return result?.status ?? state?.phase ?? "queued";
}
