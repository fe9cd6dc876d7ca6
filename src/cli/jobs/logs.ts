// `patchbay logs <job> [--follow]`: what the steps said, as it grows.
import { nextChange, readFrom } from "../../artifacts/follow.ts";
import { safeJoin } from "../../io/file.ts";
import { readable } from "../../publisher/render/fence.ts";
import { readEnvironment } from "../environment.ts";
import { logsThere } from "../remote/files.ts";
import { findJob, openArtifacts, readJobView, statusOf } from "./job-view.ts";

/** Prints the log of every step in order; with `follow` it goes on until the job has ended. */
export async function logs(wanted: string, options: { follow?: boolean }): Promise<void> {
  const config = readEnvironment();
  if (config.PATCHBAY_URL !== undefined) return logsThere(config, wanted, options);
  const artifacts = openArtifacts(config);
  const { spec } = await findJob(config, artifacts, wanted);
  const shown = new Map<string, number>();

  async function print(): Promise<void> {
    for (const { step_id: step } of spec.steps) {
      const path = safeJoin(artifacts.stepFolder(spec.job_id, step), "logs.txt");
      const { start, text } = await readFrom(path, shown.get(step) ?? 0);
      if (text.length === 0) continue;
      if (start === 0) process.stdout.write(`── ${step} ──\n`);
      // What an agent wrote must not steer the terminal.
      process.stdout.write(readable(text.toString("utf8")));
      shown.set(step, start + text.length);
    }
  }

  const hasEnded = async (): Promise<boolean> => {
    const view = await readJobView(artifacts, spec.job_id);
    return view?.result !== undefined && view.state?.phase === "finished";
  };
  await print();
  if (!options.follow) return;
  while (!(await hasEnded())) {
    await nextChange(artifacts.jobFolder(spec.job_id));
    await print();
  }
  await print();
  const view = await readJobView(artifacts, spec.job_id);
  if (view) console.log(`── ${statusOf(view)} ──`);
}
