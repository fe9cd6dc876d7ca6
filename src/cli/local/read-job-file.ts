// A job as a file: today's version, the older one, or only a goal.
import { readFile, stat } from "node:fs/promises";
import { UserError, explain } from "../../errors.ts";
import { newId } from "../../job/ids.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import { readJobSpec } from "../../job/upgrade.ts";

const maxBytes = 4_000_000;

/**
 * The job of a file, and what of it is not done as it says. `handoff` serves where the file names none. Throws UserError that
 * names the file and every field that is wrong.
 */
export async function readJobFile(
  path: string,
  { handoff }: { handoff: JobSpec["artifact_handoff"] },
): Promise<{ spec: JobSpec; warnings: string[] }> {
  const said = await parsed(path);
  const read = readJobSpec(said, { now: new Date(), newId });
  if (read.kind === "invalid") throw new UserError(`${path}: ${read.message}`, { code: "invalid_job" });
  const { spec, warnings } = read;
  const names = typeof said === "object" && said !== null && "artifact_handoff" in said;
  return { spec: names ? spec : { ...spec, artifact_handoff: handoff }, warnings };
}

async function parsed(path: string): Promise<unknown> {
  try {
    if ((await stat(path)).size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UserError(`reading the job file ${path}: ${explain(cause)}`, { cause, code: "invalid_job" });
  }
}
