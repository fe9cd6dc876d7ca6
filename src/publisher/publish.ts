// A job's end on GitHub: branch, pull request, final comment.
import { heldPatches } from "../job/held-patch.ts";
import type { Intent } from "../job/intent.ts";
import { type GitHubJob, isGitHubJob } from "../job/job-spec.ts";
import { createSpeaker } from "./comment.ts";
import type { PublisherDeps } from "./deps.ts";
import { land } from "./land.ts";
import { openRecord } from "./record.ts";
import { finalComment } from "./render/final-comment.ts";
import type { Voice } from "./render/voice.ts";
import { readCompared } from "./read-compared.ts";
import { publishReview } from "./review/publish-review.ts";

const maxReportBytes = 1024 * 1024;
const maxLogBytes = 16 * 1024 * 1024;

/**
 * Publishes what the job came to and says so. What GitHub or the patch stands against is told in the comment;
 * throws TransientError when everything is to be tried again, which then finds what was done already.
 */
export async function publish(
  deps: PublisherDeps,
  intent: Extract<Intent, { kind: "publish" }>,
  voiceFor: (spec: GitHubJob) => Voice,
): Promise<void> {
  const { artifacts } = deps;
  const spec = await artifacts.readJob(intent.job_id);
  // A job that didn't come from GitHub has nowhere to speak.
  if (!spec || !isGitHubJob(spec)) return;
  const record = await openRecord(deps, spec.job_id);
  const { final, epoch } = record.publication;
  if (intent.epoch < epoch || (final && intent.epoch === epoch)) return;
  const result = await artifacts.readResult(spec.job_id);
  if (!result) throw new Error(`publishing job ${spec.job_id}: it has no result.json`);

  const github = await deps.github(spec.repository.installation_id);
  const voice = voiceFor(spec);
  const patch = result.patch ? await artifacts.readPatch(spec.job_id) : undefined;
  const report = await artifacts.readText(spec.job_id, "report.md", maxReportBytes);
  const request = { spec, result, patch, report, record, github, voice };
  const landing = await land(deps, request);
  await publishReview(deps, request, landing);

  const compared = await readCompared(deps, result);
  const log =
    result.status === "success" ? undefined : await artifacts.readText(spec.job_id, "logs.txt", maxLogBytes);
  const body = finalComment(
    {
      spec,
      result,
      landing,
      report,
      log,
      patch,
      compared,
      reviewUrl: record.publication.review?.url,
      findings: record.publication.findings,
    },
    voice,
  );
  const speaker = createSpeaker(deps, { spec, github, record });
  await speaker.say(body, true);
  await speaker.reconcile();
  // A job that waits for a person goes on later: that is not its end.
  const held = heldPatches(result).map(({ sha256, baseSha }) => ({ sha256, base_sha: baseSha }));
  await record.note({
    epoch: intent.epoch,
    final: result.status !== "needs_human",
    ...(result.candidates ? { choices: held } : held[0] && { shown: held[0] }),
  });
}
