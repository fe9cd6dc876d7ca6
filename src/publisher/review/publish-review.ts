// A job's findings on its pull request: one review, found again instead of made twice.
import { UserError } from "../../errors.ts";
import type { Review } from "../../io/github-reviews.ts";
import { statusOf } from "../../io/github-error.ts";
import type { ReviewFinding } from "../../job/review-finding.ts";
import { isReadOnly } from "../../job/step-spec.ts";
import type { PublisherDeps } from "../deps.ts";
import type { LandRequest } from "../land.ts";
import type { Landing } from "../landing.ts";
import { carries } from "../render/marker.ts";
import { commentableLines, type Hunk } from "./commentable-lines.ts";
import { composeReview, reviewMarker } from "./compose-review.ts";

/**
 * Puts what the job's reviewers found onto the pull request that has the change. It never approves and never
 * requests changes. What GitHub refuses for good is logged and costs only the review; throws TransientError when
 * it is to be repeated.
 */
export async function publishReview(
  deps: PublisherDeps,
  request: LandRequest,
  landing: Landing,
): Promise<void> {
  const { spec, record } = request;
  const number = pullRequestOf(request, landing);
  if (number === undefined || record.publication.review) return;
  const findings = await findingsOf(deps, request);
  if (findings.length === 0) return;
  // Below what others pushed meanwhile the lines are no longer these.
  const isMoved = landing.kind === "commit" && landing.isMoved;
  const lines = isMoved ? new Map<string, never>() : commentableLines(reviewedDiff(request, landing));
  const commit = landing.kind === "none" ? spec.base.sha : record.publication.branch?.sha;
  try {
    const review = await ensureReview(deps, request, { number, findings, lines, commit });
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

async function findingsOf(
  { artifacts }: Pick<PublisherDeps, "artifacts">,
  { spec, result }: LandRequest,
): Promise<ReviewFinding[]> {
  const found: ReviewFinding[] = [];
  for (const step of result.steps) {
    if (step.role !== "reviewer" || step.status !== "success") continue;
    const read = await artifacts.readFindings(spec.job_id, step.step_id);
    found.push(...(read?.findings ?? []));
  }
  return found;
}

async function ensureReview(
  deps: PublisherDeps,
  { spec, github, voice }: LandRequest,
  wanted: {
    number: number;
    findings: readonly ReviewFinding[];
    lines: ReadonlyMap<string, readonly Hunk[]>;
    commit: string | undefined;
  },
): Promise<Review> {
  const { repository, job_id: jobId } = spec;
  const { number, findings, lines, commit } = wanted;
  const marker = reviewMarker(jobId);
  // An earlier create may have taken effect without an answer. Anyone can type a mark, only we are ourselves.
  const there = await github.reviews(repository, number);
  const ours = there.find(
    (review) => review.user?.login === deps.app.botLogin && carries(review.body, marker),
  );
  if (ours) return ours;
  const { body, comments } = composeReview({ jobId, findings, lines }, voice);
  try {
    return await github.createReview(repository, number, { body, comments, commit_id: commit });
  } catch (error) {
    if (statusOf(error) !== 422 || comments.length === 0) throw error;
    // GitHub doesn't show one of these lines: then all of it is told in the body.
    const plain = composeReview({ jobId, findings, lines: new Map() }, voice);
    return github.createReview(repository, number, { body: plain.body, comments: [], commit_id: undefined });
  }
}
