// Brings a job's comment up to date while the job waits or works.
import { type GitHubJob, isGitHubJob } from "../job/job-spec.ts";
import type { Intent } from "../job/intent.ts";
import { createSpeaker } from "./comment.ts";
import type { PublisherDeps } from "./deps.ts";
import { openRecord } from "./record.ts";
import { progressComment } from "./render/progress-comment.ts";
import type { Voice } from "./render/voice.ts";

/** Says where the job stands, unless its end was told already or a later holder has spoken. */
export async function progress(
  deps: PublisherDeps,
  intent: Extract<Intent, { kind: "progress" }>,
  voiceFor: (spec: GitHubJob) => Voice,
): Promise<void> {
  const { artifacts } = deps;
  const spec = await artifacts.readJob(intent.job_id);
  // A job that didn't come from GitHub has nowhere to speak.
  if (!spec || !isGitHubJob(spec)) return;
  const record = await openRecord(deps, spec.job_id);
  if (record.publication.final || intent.epoch < record.publication.epoch) return;
  const state = await artifacts.readState(spec.job_id);
  // The publication follows at once, or was made and waits for a person: this would only hide it.
  if (state?.phase === "finished") return;
  const waiting = state === undefined || state.phase === "queued";
  const place = waiting ? await deps.place(spec.job_id) : undefined;
  const github = await deps.github(spec.repository.installation_id);
  const body = progressComment({ spec, state, place }, voiceFor(spec));
  await createSpeaker(deps, { spec, github, record }).say(body, false);
  if (record.publication.epoch < intent.epoch) await record.note({ epoch: intent.epoch });
}
