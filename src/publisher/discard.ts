// `/agent discard`: what is held is dropped, because a person says so.
import type { GitHubJob } from "../job/job-spec.ts";
import { createSpeaker } from "./comment.ts";
import { answer, type Decide, decisionOf, done, openDecided } from "./decided.ts";
import type { PublisherDeps } from "./deps.ts";
import { finalComment } from "./render/final-comment.ts";
import type { Voice } from "./render/voice.ts";

/** Ends a job that waits for a person. One that doesn't wait is left alone, which is answered. */
export async function discard(
  deps: PublisherDeps,
  intent: Decide,
  voiceFor: (spec: GitHubJob) => Voice,
): Promise<void> {
  const job = await openDecided(deps, intent);
  if (!job) return answer(deps, intent, "There is no such job any more.");
  const { spec, record, result } = job;
  const again = result.decision?.marker === intent.marker;
  const state = await deps.jobs.state(intent.job_id);
  if (!again && state !== "awaiting_approval") {
    return answer(deps, intent, `Nothing was dropped: the job is ${state ?? "gone"}.`);
  }
  await deps.auditDecided({ ...intent, sha256: result.patch?.sha256 });
  const decision = decisionOf(deps, intent, "discarded");
  const dropped = again ? result : { ...result, status: "cancelled" as const, error: null, decision };
  await deps.artifacts.writeResult(dropped);

  const github = await deps.github(spec.repository.installation_id);
  const speaker = createSpeaker(deps, { spec, github, record });
  const ended = { spec, result: dropped, landing: { kind: "none" } as const, report: undefined };
  await speaker.say(finalComment({ ...ended, log: undefined, patch: undefined }, voiceFor(spec)), true);
  await speaker.reconcile();
  await record.note({ final: true });
  await deps.jobs.cancel(spec.job_id, `discarded by @${intent.by.login}`);
  await done(deps, intent);
}
