// A job's draft pull request: found before it is created, and found again when the answer was lost.
import { explain } from "../errors.ts";
import type { PullRequest, RepositoryName } from "../io/github.ts";
import { statusOf } from "../io/github-error.ts";
import type { AppIdentity, PublisherGitHub } from "./deps.ts";

export interface PullRequestRequest {
  repository: RepositoryName;
  branch: string;
  base: string;
  title: string;
  body: string;
}

/**
 * The pull request from this branch, whether it is there already or not. One that a person has closed or merged
 * counts: it isn't opened a second time.
 */
export async function ensurePullRequest(
  github: Pick<PublisherGitHub, "pullRequestsFrom" | "createPullRequest">,
  app: Pick<AppIdentity, "botLogin">,
  request: PullRequestRequest,
): Promise<PullRequest> {
  const { repository, branch, base, title, body } = request;

  async function find(): Promise<PullRequest | undefined> {
    const all = await github.pullRequestsFrom(repository, branch);
    const ours = all.filter((pull) => pull.user?.login === app.botLogin && pull.head.ref === branch);
    return ours.find((pull) => pull.state === "open") ?? ours[0];
  }

  async function create(draft: boolean): Promise<PullRequest> {
    return github.createPullRequest(repository, { title, body, head: branch, base, draft });
  }

  const found = await find();
  if (found) return found;
  try {
    return await create(true);
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    // "A pull request already exists": an earlier create took effect without an answer.
    const adopted = await find();
    if (adopted) return adopted;
    // Private repositories on some plans have no drafts.
    if (/draft/i.test(explain(error))) return create(false);
    throw error;
  }
}
