// The name of a job's branch.
import { createHash } from "node:crypto";
import { fillTemplate } from "../job/branch-template.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import { subjectOf } from "./render/subject.ts";

const maxSlug = 40;

/**
 * The name that was asked for, else the repository's template filled in: `{slug}` is words of the goal in ASCII
 * lower-case letters, digits and hyphens, `{id}` the end of the job's id, so that git-check-ref-format(1) has nothing
 * against it.
 */
export function branchName(
  spec: Pick<GitHubJob, "job_id" | "goal" | "target" | "publish">,
  mask: (text: string) => string,
): string {
  const { branch, branch_template: template } = spec.publish;
  if (branch !== undefined) return branch;
  const slug = slugOf(mask(subjectOf(spec, 200)));
  return fillTemplate(template, { number: spec.target.number, slug, id: endOfId(spec.job_id) });
}

function slugOf(text: string): string {
  const words = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/['’]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (words.length <= maxSlug) return words;
  const cut = words.slice(0, maxSlug + 1);
  const end = cut.lastIndexOf("-");
  return end > maxSlug / 2 ? cut.slice(0, end) : words.slice(0, maxSlug);
}

/** Ids of version 1.0 specs are free text: those are hashed, since "…1.lock" ends no branch. */
function endOfId(jobId: string): string {
  const id = /^[0-9a-f]{32}$/.test(jobId) ? jobId : createHash("sha256").update(jobId).digest("hex");
  return id.slice(-6);
}
