// `patchbay diff <job>`: the job's patch, or a step's.
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import { readFileNoFollow, safeJoin } from "../../io/file.ts";
import { StepId } from "../../job/ids.ts";
import { readable } from "../../publisher/render/fence.ts";
import { readEnvironment } from "../environment.ts";
import { patchThere } from "../remote/files.ts";
import { findJob, openArtifacts } from "./job-view.ts";

const maxBytes = 256 * 1024 * 1024;

/** Prints the patch byte by byte, fit for `git apply`. Throws UserError when the job has none. */
export async function diff(wanted: string, options: { step?: string }): Promise<void> {
  const config = readEnvironment();
  const patch =
    config.PATCHBAY_URL === undefined
      ? await patchHere(config, wanted, options.step)
      : await patchThere(config, wanted, options.step);
  if (!patch) throw new UserError(`job ${wanted} has no patch: nothing changed, or it has not come so far`);
  // Byte by byte into a file or another program; on a terminal nothing in it may steer that.
  process.stdout.write(process.stdout.isTTY ? readable(patch.toString("utf8")) : patch);
}

async function patchHere(
  config: Config,
  wanted: string,
  step: string | undefined,
): Promise<Buffer | undefined> {
  const artifacts = openArtifacts(config);
  const { spec } = await findJob(config, artifacts, wanted);
  if (step === undefined) return artifacts.readPatch(spec.job_id);
  if (!spec.steps.some(({ step_id }) => step_id === step)) {
    throw new UserError(
      `job ${spec.job_id} has no step "${step}"; its steps: ${spec.steps.map((one) => one.step_id).join(", ")}`,
    );
  }
  const path = safeJoin(artifacts.stepFolder(spec.job_id, StepId.parse(step)), "patch.diff");
  return readFileNoFollow(path, maxBytes).catch(() => undefined);
}
