// Everything besides the conversation that a job may want to know, the most telling first, within a budget.
import type { MaterialCalls } from "../../io/github-material.ts";
import type { ContextMessage, JobSpec } from "../../job/job-spec.ts";
import type { ReviewThread } from "../../job/review-thread.ts";
import type { Base } from "../base.ts";
import type { Trigger } from "../trigger.ts";
import { readFailedChecks } from "./failed-checks.ts";
import { linkedNumbers, readLinkedIssues } from "./linked-issues.ts";
import type { MaterialPart } from "./material-part.ts";
import { readPullRequestDiff } from "./pull-request-diff.ts";
import { readReviewComments } from "./review-comments.ts";

const maxMaterials = 100;
const maxTotalChars = 120_000;

export type JobMaterial = Pick<JobSpec, "material" | "material_left_out"> & Partial<Pick<JobSpec, "images">>;

/**
 * What people said on lines, what failed, what changes, what is linked: in this order, since the first are what a request
 * is mostly about. Never throws: what can't be had is named, and the agent is told so.
 */
export async function readMaterial(
  github: MaterialCalls,
  trigger: Trigger,
  {
    base,
    thread,
    threads = [],
  }: {
    base: Base;
    thread: readonly ContextMessage[];
    /** Review threads that the job is told anyway. */
    threads?: readonly ReviewThread[];
  },
): Promise<JobMaterial> {
  const { repository, subject, text, at } = trigger;
  const said = threads.flatMap(({ comments }) => comments.map((one) => one.text));
  const texts = [subject.title, subject.body, text, ...said, ...thread.map(({ content }) => content)];
  const parts: MaterialPart[] = [];
  const number = subject.kind === "pull_request" ? subject.number : base.pullRequest;
  if (number !== undefined) {
    const { sha: head } = base.base;
    parts.push(await readReviewComments(github, repository, number, { at, except: threads }));
    parts.push(await readFailedChecks(github, repository, head));
    if (base.targetSha !== undefined) {
      const between = { base: base.targetSha, head, number };
      parts.push(await readPullRequestDiff(github, repository, between));
    }
  }
  const numbers = linkedNumbers(texts, repository, subject.number);
  parts.push(await readLinkedIssues(github, repository, numbers, at));
  return fit(parts);
}

/** What comes first stays whole; what no longer fits is named. */
export function fit(parts: readonly MaterialPart[]): JobMaterial {
  const found = parts.flatMap((part) => part.found);
  const kept: JobMaterial["material"] = [];

  const missing: string[] = [];
  let chars = 0;
  for (const one of found) {
    if (kept.length === maxMaterials || chars + one.text.length > maxTotalChars) {
      missing.push(one.name);
      continue;
    }
    chars += one.text.length;
    kept.push(one);
  }
  const named = missing.slice(0, 10).map((name) => name.slice(0, 35));
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : "";
  const tooMuch = missing.length > 0 ? [`For want of room: ${named.join(", ")}${more}.`] : [];
  const leftOut = [...tooMuch, ...parts.flatMap((part) => part.leftOut)].map((text) => text.slice(0, 500));
  return { material: kept, material_left_out: leftOut.slice(0, 20) };
}
