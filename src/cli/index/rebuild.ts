// `patchbay index rebuild`: a new index over the jobs' files, in the place of the old one.
import { join } from "node:path";
import { rebuildIndex } from "../../artifacts/index/job-index.ts";
import type { Config } from "../../config.ts";
import { readEnvironment } from "../environment.ts";

/** Where the index of a configuration lies: on this machine, whatever the artifacts share. */
export function indexFile({ DATA_ROOT }: Pick<Config, "DATA_ROOT">): string {
  return join(DATA_ROOT, "index.sqlite");
}

/** Prints how many jobs are in it. A server that runs takes it over by itself. */
export async function rebuild(options: { json?: boolean }): Promise<void> {
  const config = readEnvironment();
  const file = indexFile(config);
  const start = performance.now();
  const jobs = await rebuildIndex({ file, root: config.ARTIFACTS_ROOT });
  const seconds = (performance.now() - start) / 1000;
  if (options.json === true) console.log(JSON.stringify({ jobs, seconds, file }));
  else console.log(`${jobs} jobs in ${file}, in ${seconds.toFixed(1)} s`);
}
