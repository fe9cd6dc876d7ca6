// A job's findings on its pull request: one review, found again instead of made twice.
import { UserError } from "../../errors.ts";
import type { Review } from "../../io/github-reviews.ts";
import { statusOf } from "../../io/github-error.ts";
import { type ReviewFinding, Severity } from "../../job/review-finding.ts";
import { isReadOnly } from "../../job/step-spec.ts";
import type { PublisherDeps } from "../deps.ts";
import type { LandRequest } from "../land.ts";
import type { Landing } from "../landing.ts";
import { carries } from "../render/marker.ts";
import { commentableLines, type Hunk } from "./commentable-lines.ts";
import { composeReview, reviewMarker } from "./compose-review.ts";
import { type Compared, compareWithEarlier } from "./earlier-findings.ts";

/**
 * Puts what the job's reviewers found onto the pull request that has the change. It never approves, and requests
 * changes only where the repository wants that. What GitHub refuses for good is logged and costs only the review; throws TransientError when
 * it is to be repeated.
 */
export async function publishReview(
  deps: PublisherDeps,
  request: LandRequest,
  landing: Landing,
): Promise<void> {
  const { spec, record } = request;
  const number = pullRequestOf(request, landing);
  const { review: posted, findings: settled } = record.publication;
  if (number === undefined || posted || settled?.fresh === 0) return;
  const found = await findingsOf(deps, request);
  if (found === undefined) return;
  // Below what others pushed meanwhile the lines are no longer these.
  const isMoved = landing.kind === "commit" && landing.isMoved;
  const lines = isMoved ? new Map<string, never>() : commentableLines(reviewedDiff(request, landing));
  const commit = landing.kind === "none" ? spec.base.sha : record.publication.branch?.sha;
  try {
    const there = await postedReview(deps, request, number);
    const { fresh, open, fixed } = await settleEarlier(deps, request, { number, found, there });
    const event = await verdict(deps, request, { number, found, landing });
    if (fresh.length === 0 && !there) return;
    const wanted = { number, findings: fresh, counts: { open, fixed }, lines, commit, event };
    const review = there ?? (await postReview(deps, request, wanted));
    await record.note({ review: { number, id: review.id, url: review.html_url } });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    deps.log.error(
      { job: spec.job_id, err: error },
      "the review could not be posted; the report has the findings",
    );
  }
}

function pullRequestOf({ spec, result }: LandRequest, landing: Landing): number | undefined {
  // The findings are about two changes, of which one is there.
  if (spec.compare) return undefined;
  if (landing.kind === "pull_request") return landing.number;
  // A job that only reads reviews the pull request on which it was asked, from wherever its branch is.
  const onlyReads = spec.steps.every((step) => isReadOnly(step.role));
  if (landing.kind === "none" && result.status === "success" && onlyReads && !spec.dry_run) {
    return spec.target.kind === "issue" ? undefined : spec.target.number;
  }
  if (landing.kind !== "commit") return undefined;
  return spec.target.kind === "issue" ? landing.pullRequest : spec.target.number;
}

/** The job's own change, or that of the pull request as it was when the review was asked for. */
function reviewedDiff({ spec, patch }: LandRequest, landing: Landing): Buffer {
  if (landing.kind !== "none") return patch ?? Buffer.alloc(0);
  return Buffer.from(spec.material.find(({ kind }) => kind === "diff")?.text ?? "");
}

/** Undefined when no reviewer has looked. */
async function findingsOf(
  { artifacts }: Pick<PublisherDeps, "artifacts">,
  { spec, result }: LandRequest,
): Promise<ReviewFinding[] | undefined> {
  const found: ReviewFinding[] = [];
  let hasLooked = false;
  for (const step of result.steps) {
    if (step.role !== "reviewer" || step.status !== "success") continue;
    hasLooked = true;
    const read = await artifacts.readFindings(spec.job_id, step.step_id);
    found.push(...(read?.findings ?? []));
  }
  return hasLooked ? found : undefined;
}

/** An earlier create may have taken effect without an answer. Anyone can type a mark, only we are ourselves. */
async function postedReview(
  { app }: Pick<PublisherDeps, "app">,
  { spec, github }: LandRequest,
  number: number,
): Promise<Review | undefined> {
  const marker = reviewMarker(spec.job_id);
  const there = await github.reviews(spec.repository, number);
  return there.find((review) => review.user?.login === app.botLogin && carries(review.body, marker));
}

/** Resolves what is fixed of earlier reviews, and leaves out what they said; how many those were is noted. */
async function settleEarlier(
  { app }: Pick<PublisherDeps, "app">,
  { spec, github, record }: LandRequest,
  { number, found, there }: { number: number; found: readonly ReviewFinding[]; there: Review | undefined },
): Promise<Pick<Compared, "fresh"> & { open: number; fixed: number }> {
  // What this job has said already is among the threads now.
  if (there) return { fresh: [], open: 0, fixed: 0 };
  const threads = await github.threadStates(spec.repository, number);
  const { fresh, open, fixed } = compareWithEarlier(found, threads, app.botLogin);
  for (const { id } of fixed) await github.resolveThread(id);
  // After a crash what it resolved is resolved already.
  const counts = record.publication.findings ?? { fresh: fresh.length, open, fixed: fixed.length };
  if (counts.open > 0 || counts.fixed > 0) await record.note({ findings: counts });
  return { ...counts, fresh };
}

/**
 * Whether the review requests changes: only one of somebody's own pull request can. What an earlier one has requested is
 * taken back once nothing is as grave any more.
 */
async function verdict(
  { app }: Pick<PublisherDeps, "app">,
  { spec, github }: LandRequest,
  { number, found, landing }: { number: number; found: readonly ReviewFinding[]; landing: Landing },
): Promise<"COMMENT" | "REQUEST_CHANGES"> {
  const least = spec.publish.request_changes_at;
  if (least === undefined || landing.kind !== "none" || spec.target.author === app.botLogin) return "COMMENT";
  const grave = Severity.options.slice(0, Severity.options.indexOf(least) + 1);
  if (found.some(({ severity }) => grave.includes(severity))) return "REQUEST_CHANGES";
  for (const { id, user, state } of await github.reviews(spec.repository, number)) {
    if (user?.login !== app.botLogin || state !== "CHANGES_REQUESTED") continue;
    const message = "What this review asked for is done, as far as the newest review can see.";
    await github.dismissReview(spec.repository, number, { id, message });
  }
  return "COMMENT";
}

async function postReview(
  deps: Pick<PublisherDeps, "isProtected">,
  { spec, github, voice }: LandRequest,
  wanted: {
    number: number;
    findings: readonly ReviewFinding[];
    counts: { open: number; fixed: number };
    lines: ReadonlyMap<string, readonly Hunk[]>;
    commit: string | undefined;
    event: "COMMENT" | "REQUEST_CHANGES";
  },
): Promise<Review> {
  const { repository, job_id: jobId } = spec;
  const { number, findings, counts, lines, commit, event } = wanted;
  const isProtected = (path: string): boolean => deps.isProtected(path, spec.policy.protected_paths);
  const { body, comments } = composeReview({ jobId, findings, counts, lines, isProtected }, voice);
  try {
    return await github.createReview(repository, number, { body, comments, commit_id: commit, event });
  } catch (error) {
    if (statusOf(error) !== 422 || comments.length === 0) throw error;
    // GitHub doesn't show one of these lines: then all of it is told in the body.
    const plain = composeReview({ jobId, findings, counts, lines: new Map() }, voice);
    const inBody = { body: plain.body, comments: [], commit_id: undefined, event };
    return github.createReview(repository, number, inBody);
  }
}
