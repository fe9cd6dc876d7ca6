// The pull request of another job for the same issue: several commands in a row end in one.
import { markedJob } from "../job/job-marker.ts";
import type { GitHubJob } from "../job/job-spec.ts";
import { branchName } from "./branch-name.ts";
import type { PublisherDeps } from "./deps.ts";
import type { LandRequest } from "./land.ts";

interface Sibling {
  branch: string;
  number: number;
}

/**
 * The newest open pull request into the same branch that an earlier command on the issue has made since this one was
 * written; undefined when there is none, or when the change is on its way to a branch of its own.
 */
export async function siblingOf(
  deps: Pick<PublisherDeps, "artifacts" | "app" | "mask">,
  { spec, record, github, releasedOnto }: LandRequest,
): Promise<Sibling | undefined> {
  const { repository, publish } = spec;
  if (publish.mode !== "pull_request" || publish.branch !== undefined || releasedOnto !== undefined) {
    return undefined;
  }
  const begun = record.publication.pushing?.name;
  if (begun === branchName(spec, deps.mask)) return undefined;
  // What was pushed before a crash stays where it is, whatever became of the pull request.
  const pulls =
    begun === undefined
      ? await github.openPullRequests(repository)
      : await github.pullRequestsFrom(repository, begun);
  for (const { number, user, head, base, body } of pulls.toSorted(
    (one, other) => other.number - one.number,
  )) {
    const isOurs = user?.login === deps.app.botLogin && head.repo?.full_name === base.repo.full_name;
    if (!isOurs || base.ref !== spec.base.ref) continue;
    const job = markedJob(body);
    const made = job === undefined ? undefined : await deps.artifacts.readJob(job);
    if (made && isEarlier(made, spec)) return { branch: head.ref, number };
  }
  return undefined;
}

function isEarlier(
  made: Pick<GitHubJob, "job_id" | "created_at"> & Partial<Pick<GitHubJob, "repository" | "target">>,
  spec: GitHubJob,
): boolean {
  const { repository, target } = made;
  return (
    target?.kind === "issue" &&
    target.number === spec.target.number &&
    `${repository?.owner}/${repository?.name}`.toLowerCase() ===
      `${spec.repository.owner}/${spec.repository.name}`.toLowerCase() &&
    made.job_id !== spec.job_id &&
    Date.parse(made.created_at) <= Date.parse(spec.created_at)
  );
}
