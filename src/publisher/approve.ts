// `/agent approve`: a job that waits for a person's word, and not because of its patch, begins or goes on.
import { heldPatches } from "../job/held-patch.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import { answer, type Decide, done, openDecided } from "./decided.ts";
import type { PublisherDeps } from "./deps.ts";
import { progress } from "./progress.ts";
import type { Voice } from "./render/voice.ts";

/** Puts the job back at the head of its issue's queue, and says so. One that doesn't wait is left alone. */
export async function approve(
  deps: PublisherDeps,
  intent: Decide,
  voiceFor: (spec: GitHubJob) => Voice,
): Promise<void> {
  const job = await openDecided(deps, intent);
  if (!job) return answer(deps, intent, "There is no such job any more.");
  const { spec, record, result } = job;
  const jobId = spec.job_id;
  const again = record.publication.decided?.marker === intent.marker;
  const state = await deps.jobs.state(jobId);
  if (state === "awaiting_approval") {
    const [held] = heldPatches(result);
    if (held) {
      const apply = `${deps.trigger} apply ${held.label ?? ""}`.trim();
      return answer(deps, intent, `The job has a patch that is held: \`${apply}\` publishes it.`);
    }
    const moved = await movedHead(deps, spec);
    if (moved !== undefined) {
      return answer(
        deps,
        intent,
        `Nothing was approved: the fork's branch is at \`${moved.slice(0, 12)}\` by now, and the job is for \`${spec.base.sha.slice(0, 12)}\`. ` +
          `\`${deps.trigger} discard\` ends it; ask again for what is there now.`,
      );
    }
    await deps.auditDecided(intent);
    await record.note({ decided: { marker: intent.marker } });
    const known = await deps.artifacts.readState(jobId);
    if (known) await deps.artifacts.writeState({ ...known, phase: "queued", approved_sha: spec.base.sha });
    await deps.jobs.approve(jobId, `approved by @${intent.by.login}`);
  } else if (!again) {
    return answer(deps, intent, `Nothing was approved: the job is ${state ?? "gone"}.`);
  }
  await progress(deps, { kind: "progress", job_id: jobId, epoch: record.publication.epoch }, voiceFor);
  await done(deps, intent);
}

/** Where a fork's branch is, when it is no longer at the job's commit: whoever approves may have looked at that. */
async function movedHead(
  deps: PublisherDeps,
  { base, repository, target }: GitHubJob,
): Promise<string | undefined> {
  if (target.fork === undefined) return undefined;
  const github = await deps.github(repository.installation_id);
  const { head } = await github.pullRequest(repository, target.number);
  return head.sha === base.sha ? undefined : head.sha;
}
