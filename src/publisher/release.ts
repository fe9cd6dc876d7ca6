// `/agent apply`: a held patch is published all the same, because a person with the right to says so.
//
// Each step may be the last thing that this process does; the next one finds the same intent and does the rest. The
// commit on which the patch goes is noted before the push, so that a repeat makes the same commit.
import { UserError } from "../errors.ts";
import { type HeldPatch, heldPatches } from "../job/held-patch.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import type { JobResult } from "../job/result.ts";
import { createSpeaker } from "./comment.ts";
import { answer, type Decide, decisionOf, done, openDecided } from "./decided.ts";
import type { PublisherDeps, PublisherGitHub } from "./deps.ts";
import { land } from "./land.ts";
import { headOf } from "./head-of.ts";
import type { Landing } from "./landing.ts";
import type { JobRecord } from "./record.ts";
import { readCompared } from "./read-compared.ts";
import { isOpenChoice } from "./render/compared.ts";
import { finalComment } from "./render/final-comment.ts";
import type { Voice } from "./render/voice.ts";
import { publishReview } from "./review/publish-review.ts";

const maxReportBytes = 1024 * 1024;
const maxLogBytes = 16 * 1024 * 1024;

/** Publishes the patch that was shown, and no other. What stands against it is answered, and it stays held. */
export async function release(
  deps: PublisherDeps,
  intent: Decide,
  voiceFor: (spec: GitHubJob) => Voice,
): Promise<void> {
  const job = await openDecided(deps, intent);
  if (!job) return answer(deps, intent, "There is no such job any more.");
  const { spec, record, result } = job;
  const again = result.decision?.marker === intent.marker;
  const problem = again ? undefined : await whyNot(deps, intent, { record, result });
  if (problem !== undefined) return answer(deps, intent, problem);

  const github = await deps.github(spec.repository.installation_id);
  const voice = voiceFor(spec);
  const released = again ? result : releasedResult(deps, intent, result);
  const { patch, report } = await readReleased(deps, released);
  const landing = await landReleased(deps, intent, {
    spec,
    result: released,
    patch,
    report,
    record,
    github,
    voice,
  });
  const speaker = createSpeaker(deps, { spec, github, record });
  const isOut = ["pull_request", "branch", "commit"].includes(landing.kind) || isPushed(landing);
  if (!isOut) {
    const log = await deps.artifacts.readText(spec.job_id, "logs.txt", maxLogBytes);
    const said = isOpenChoice(result)
      ? await deps.artifacts.readText(spec.job_id, "report.md", maxReportBytes)
      : report;
    const compared = await readCompared(deps, result);
    await speaker.say(
      finalComment({ spec, result, landing, report: said, log, patch, compared }, voice),
      true,
    );
    return answer(deps, intent, `The patch was not published and is still held. ${reasonOf(landing)}`);
  }
  await publishReview(deps, { spec, result: released, patch, report, record, github, voice }, landing);
  if (!again) {
    if (released.chosen && patch) await deps.artifacts.writePatch(spec.job_id, patch);
    await deps.artifacts.writeResult(released);
  }
  await speaker.say(
    finalComment({ spec, result: released, landing, report, log: undefined, patch }, voice),
    true,
  );
  await speaker.reconcile();
  await record.note({ final: true });
  await deps.jobs.settle(spec.job_id, `released by @${intent.by.login}`);
  await done(deps, intent);
}

/** Why this word no longer holds; undefined when it does. */
async function whyNot(
  deps: PublisherDeps,
  intent: Decide,
  { record, result }: { record: JobRecord; result: JobResult },
): Promise<string | undefined> {
  const held = meant(intent, result);
  const state = await deps.jobs.state(intent.job_id);
  if (!held || state !== "awaiting_approval")
    return `The patch is not held any more: the job is ${state ?? "gone"}.`;
  const { shown, choices = shown ? [shown] : [] } = record.publication;
  const wasShown = choices.some(
    ({ sha256, base_sha: base }) => sha256 === held.sha256 && base === held.baseSha,
  );
  if (!wasShown || intent.sha256 !== held.sha256) {
    return "Nothing was published: the patch is not the one that was shown. Look at it, then ask again.";
  }
  return undefined;
}

function releasedResult(deps: Pick<PublisherDeps, "clock">, intent: Decide, result: JobResult): JobResult {
  const rules = [...new Set(meant(intent, result)?.details.findings.map(({ rule }) => rule))].join(", ");
  const chosen = result.candidates?.find(({ label }) => label === intent.label);
  const warnings = [
    ...(chosen ? [`${intent.by.login} chose ${chosen.label}, the change by ${chosen.agent}`] : []),
    ...(rules === "" ? [] : [`released by ${intent.by.login}; the patch gate had held it (${rules})`]),
  ];
  return {
    ...result,
    ...(chosen && {
      chosen: chosen.label,
      patch: chosen.patch,
      change_status: "changed" as const,
      secrets_check: chosen.secrets_check,
      artifacts: { ...result.artifacts, patch_diff: "patch.diff" },
    }),
    status: "success",
    error: null,
    decision: decisionOf(deps, intent, "applied"),
    warnings: [...result.warnings, ...warnings],
  };
}

/** The patch that the word is about, while it is held. */
function meant({ label }: Decide, result: JobResult): HeldPatch | undefined {
  return heldPatches(result).find((held) => held.label === label);
}

/** What is published: of two changes the chosen one's patch, and what was said of it. */
async function readReleased(
  { artifacts }: Pick<PublisherDeps, "artifacts">,
  { job_id: jobId, chosen, candidates }: JobResult,
): Promise<{ patch: Buffer | undefined; report: string | undefined }> {
  const candidate = candidates?.find(({ label }) => label === chosen);
  if (!candidate) {
    const report = await artifacts.readText(jobId, "report.md", maxReportBytes);
    return { patch: await artifacts.readPatch(jobId), report };
  }
  const report = await artifacts.readInput(jobId, `${candidate.step_id}/report.md`, maxReportBytes);
  return { patch: await artifacts.readCandidate(jobId, candidate.label), report };
}

async function landReleased(
  deps: PublisherDeps,
  intent: Decide,
  request: Parameters<typeof land>[1],
): Promise<Landing> {
  const { spec, record, github } = request;
  const { decided } = record.publication;
  try {
    let onto = decided?.marker === intent.marker ? decided.onto : undefined;
    if (onto === undefined) {
      onto = await headNow(github, spec);
      await deps.auditDecided({ ...intent, onto });
      await record.note({ decided: { marker: intent.marker, onto } });
    }
    return await land(deps, { ...request, releasedOnto: onto });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

/** Where the branch stands that the change is for: the pull request's own, or the one that it is to be merged into. */
async function headNow(github: PublisherGitHub, { repository, target, base }: GitHubJob): Promise<string> {
  const branch = target.head_ref ?? (target.kind === "issue" ? base.ref : undefined);
  return branch === undefined ? base.sha : headOf(github, repository, branch);
}

function isPushed(landing: Landing): boolean {
  return landing.kind === "refused" && landing.pushed !== undefined;
}

function reasonOf(landing: Landing): string {
  if (landing.kind === "refused") return landing.message;
  return "The branch of a fork can't be pushed to; apply the patch by hand.";
}
