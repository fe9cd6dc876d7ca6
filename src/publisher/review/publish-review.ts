// A job's findings on its pull request: one review, found again instead of made twice.
import { UserError } from "../../errors.ts";
import type { Review } from "../../io/github.ts";
import { statusOf } from "../../io/github-error.ts";
import type { ReviewFinding } from "../../job/review-finding.ts";
import type { PublisherDeps } from "../deps.ts";
import type { LandRequest } from "../land.ts";
import type { Landing } from "../landing.ts";
import { carries } from "../render/marker.ts";
import { commentableLines } from "./commentable-lines.ts";
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
  const { spec, record, patch } = request;
  const number = pullRequestOf(request, landing);
  if (number === undefined || !patch || record.publication.review) return;
  const findings = await findingsOf(deps, request);
  if (findings.length === 0) return;
  // Below what others pushed meanwhile the lines are no longer these.
  const isMoved = landing.kind === "commit" && landing.isMoved;
  try {
    const review = await ensureReview(deps, request, { number, findings, isMoved });
    await record.note({ review: { number, id: review.id, url: review.html_url } });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    deps.log.error(
      { job: spec.job_id, err: error },
      "the review could not be posted; the report has the findings",
    );
  }
}

function pullRequestOf({ spec }: LandRequest, landing: Landing): number | undefined {
  if (landing.kind === "pull_request") return landing.number;
  if (landing.kind !== "commit") return undefined;
  return spec.target.kind === "issue" ? landing.pullRequest : spec.target.number;
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
  { spec, record, github, voice, patch }: LandRequest,
  wanted: { number: number; findings: readonly ReviewFinding[]; isMoved: boolean },
): Promise<Review> {
  const { repository, job_id: jobId } = spec;
  const { number, findings, isMoved } = wanted;
  const marker = reviewMarker(jobId);
  // An earlier create may have taken effect without an answer. Anyone can type a mark, only we are ourselves.
  const there = await github.reviews(repository, number);
  const ours = there.find(
    (review) => review.user?.login === deps.app.botLogin && carries(review.body, marker),
  );
  if (ours) return ours;
  const lines = patch && !isMoved ? commentableLines(patch) : new Map<string, never>();
  const { body, comments } = composeReview({ jobId, findings, lines }, voice);
  const commit = record.publication.branch?.sha;
  try {
    return await github.createReview(repository, number, { body, comments, commit_id: commit });
  } catch (error) {
    if (statusOf(error) !== 422 || comments.length === 0) throw error;
    // GitHub doesn't show one of these lines: then all of it is told in the body.
    const plain = composeReview({ jobId, findings, lines: new Map() }, voice);
    return github.createReview(repository, number, { body: plain.body, comments: [], commit_id: undefined });
  }
}
