// What all decisions have in common: the job they are about, the answer when nothing can be done, the thumb at the end.
import { statusOf } from "../io/github-error.ts";
import type { Decision } from "../job/decision.ts";
import type { Intent } from "../job/intent.ts";
import { type GitHubJob, isGitHubJob } from "../job/job-spec.ts";
import type { JobResult } from "../job/result.ts";
import { askedBy } from "./asked-by.ts";
import type { PublisherDeps } from "./deps.ts";
import { type JobRecord, openRecord } from "./record.ts";
import { createVoice } from "./render/voice.ts";
import { reply } from "./reply.ts";

export type Decide = Extract<Intent, { kind: "decide" }>;

export interface DecidedJob {
  spec: GitHubJob;
  result: JobResult;
  record: JobRecord;
}

/** The job of a decision; undefined when its files are gone or say nothing of GitHub. */
export async function openDecided(deps: PublisherDeps, intent: Decide): Promise<DecidedJob | undefined> {
  const spec = await deps.artifacts.readJob(intent.job_id);
  const result = await deps.artifacts.readResult(intent.job_id);
  if (!spec || !isGitHubJob(spec) || !result) return undefined;
  return { spec, result, record: await openRecord(deps, spec.job_id) };
}

/** Answers the person in a comment of its own, once. */
export async function answer(deps: PublisherDeps, intent: Decide, body: string): Promise<void> {
  const { repository, number, comment_id, thread, marker } = intent;
  const { mask, publicUrl, artifactsRoot, trigger } = deps;
  const voice = createVoice({ mask, host: repository.host, publicUrl, artifactsRoot, trigger });
  await reply(
    deps,
    {
      kind: "reply",
      repository,
      number,
      ...(comment_id !== undefined && { comment_id }),
      ...(thread !== undefined && { thread }),
      marker,
      body: mask(body),
    },
    voice,
  );
}

/** A thumb on the comment that decided; GitHub keeps one. */
export async function done(deps: PublisherDeps, intent: Decide): Promise<void> {
  const { repository, comment_id, number } = intent;
  const github = await deps.github(repository.installation_id);
  try {
    await github.react(repository, askedBy(intent), "+1");
  } catch (error) {
    // Its author has deleted it meanwhile.
    if (comment_id === undefined || statusOf(error) !== 404) throw error;
    await github.react(repository, { type: "issue", number }, "+1");
  }
}

export function decisionOf(
  deps: Pick<PublisherDeps, "clock">,
  { by, marker }: Decide,
  kind: Decision["kind"],
): Decision {
  return { kind, login: by.login, at: deps.clock().toISOString(), marker };
}
