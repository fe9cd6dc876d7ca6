// What is shown of a job beside its comment. It never stands in the comment's way: what GitHub refuses is logged.
import { UserError, explain } from "../../errors.ts";
import type { Intent } from "../../job/intent.ts";
import { type GitHubJob, isGitHubJob } from "../../job/job-spec.ts";
import type { PublisherDeps } from "../deps.ts";
import { openRecord } from "../record.ts";
import type { Voice } from "../render/voice.ts";
import { showChecks } from "./check-run.ts";
import { showLabel } from "./label-state.ts";
import { standingOf } from "./standing.ts";

export type OfJob = Extract<Intent, { kind: "progress" | "publish" | "decide" }>;

/**
 * Returns a function that brings label and check run up to date after an intent was carried out. Throws TransientError
 * when GitHub is not well; a refusal is logged, each once in the life of this process.
 */
export function createSigns(deps: PublisherDeps, voiceFor: (spec: GitHubJob) => Voice) {
  const logged = new Set<string>();

  async function orLog(jobId: string, installation: number, show: () => Promise<void>): Promise<void> {
    try {
      await show();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const key = `${installation} ${error.message.replaceAll(/[#\d]+/g, "")}`;
      if (logged.has(key)) return;
      logged.add(key);
      deps.log.warn(
        { job: jobId, reason: explain(error) },
        "GitHub refuses a sign of a job; its work goes on",
      );
    }
  }

  return async (intent: OfJob): Promise<void> => {
    // Whoever ends the job tells it, and that may be going on right now.
    if (intent.kind === "decide" && intent.decision === "cancel") return;
    const { artifacts } = deps;
    const spec = await artifacts.readJob(intent.job_id);
    if (!spec || !isGitHubJob(spec)) return;
    const state = await artifacts.readState(spec.job_id);
    // Its publication follows and knows what was pushed.
    if (intent.kind === "progress" && state?.phase === "finished") return;
    const result = await artifacts.readResult(spec.job_id);
    const record = await openRecord(deps, spec.job_id);
    const facts = { spec, state, result, publication: record.publication };
    const standing = standingOf(facts);
    const { installation_id: installation } = spec.repository;
    const github = await deps.github(installation);
    await orLog(spec.job_id, installation, () => showLabel(deps, { spec, record, github, standing }));
    await orLog(spec.job_id, installation, () =>
      showChecks(deps, { ...facts, record, github, standing, voice: voiceFor(spec) }),
    );
  };
}
