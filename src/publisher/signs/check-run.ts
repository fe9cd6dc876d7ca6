// The check runs of a job: on the pull request that it was asked on, and on the commit that it pushed.
import { createHash } from "node:crypto";
import type { CheckRunContent } from "../../io/github-signs.ts";
import { statusOf } from "../../io/github-error.ts";
import type { PublisherDeps, PublisherGitHub } from "../deps.ts";
import type { JobRecord } from "../record.ts";
import type { Voice } from "../render/voice.ts";
import { checkRunContent } from "./check-run-content.ts";
import type { Facts, Standing } from "./standing.ts";

const maxReportBytes = 256 * 1024;

interface Shown extends Facts {
  record: JobRecord;
  github: PublisherGitHub;
  standing: Standing;
  voice: Voice;
}

/** Makes the check runs say where the job stands. Asks GitHub for nothing when they say so already. */
export async function showChecks(deps: Pick<PublisherDeps, "app" | "artifacts">, job: Shown): Promise<void> {
  const shas = commitsOf(job);
  if (shas.length === 0) return;
  const { spec, voice } = job;
  const isAtEnd = job.standing !== "waiting" && job.standing !== "running";
  const report = isAtEnd
    ? await deps.artifacts.readText(spec.job_id, "report.md", maxReportBytes)
    : undefined;
  const content = checkRunContent({ ...job, report }, voice);
  for (const sha of shas) await showOne(deps, job, { sha, content });
}

/** What waits in the queue has no check run yet; one that it got before it was held is brought up to date. */
function commitsOf({ spec, publication, standing }: Shown): string[] {
  const known = (sha: string): boolean => publication.checks?.some((one) => one.head_sha === sha) === true;
  const shas: string[] = [];
  const asked = spec.base.sha;
  const mayBegin = standing !== "waiting" && standing !== "cancelled";
  if (spec.target.kind !== "issue" && (mayBegin || known(asked))) shas.push(asked);
  const pushed = publication.branch?.sha;
  if (pushed !== undefined && pushed !== asked && standing === "changed") shas.push(pushed);
  return shas;
}

async function showOne(
  { app }: Pick<PublisherDeps, "app">,
  { spec, record, github, voice }: Shown,
  { sha, content }: { sha: string; content: CheckRunContent },
): Promise<void> {
  const { repository, job_id: jobId } = spec;
  const sha256 = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  const checks = record.publication.checks ?? [];
  const noted = checks.find((one) => one.head_sha === sha);
  if (noted?.sha256 === sha256) return;
  const name = checkName(spec.pipeline);
  // GitHub may have taken an earlier create without answering: look before creating.
  let id =
    noted?.id ??
    (await github.findCheckRun(repository, { headSha: sha, name, externalId: jobId, appId: app.id }));
  if (id === undefined) {
    const url = voice.jobUrl(jobId);
    id = await github.createCheckRun(repository, {
      ...content,
      name,
      head_sha: sha,
      external_id: jobId,
      ...(url !== undefined && { details_url: url }),
    });
  } else {
    try {
      await github.updateCheckRun(repository, id, content);
    } catch (error) {
      // Its commit was pushed away, say; there is nothing to say it on.
      if (statusOf(error) !== 404) throw error;
    }
  }
  const others = checks.filter((one) => one.head_sha !== sha);
  await record.note({ checks: [...others, { head_sha: sha, id, sha256 }] });
}

function checkName(pipeline: string): string {
  return `patchbay / ${pipeline.replaceAll(/[^\w -]/g, "") || "job"}`;
}
