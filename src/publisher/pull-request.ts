// A job's draft pull request: found before it is created, and found again when the answer was lost.
import { createHash } from "node:crypto";
import { explain } from "../errors.ts";
import type { PullRequest, RepositoryName } from "../io/github.ts";
import { statusOf } from "../io/github-error.ts";
import type { AppIdentity, PublisherGitHub } from "./deps.ts";
import { carries } from "./render/marker.ts";

export interface PullRequestRequest {
  repository: RepositoryName;
  branch: string;
  base: string;
  title: string;
  /** It begins with the job's mark. */
  body: string;
  /** The SHA-256 of the body as we left it, when that is known: what a person has changed since stays. */
  lastBodySha256?: string | undefined;
}

/**
 * The pull request from this branch, whether it is there already or not. One that a person has closed or merged
 * counts: it isn't opened a second time. One of an earlier run of the same job gets the new body.
 */
export async function ensurePullRequest(
  github: Pick<PublisherGitHub, "pullRequestsFrom" | "createPullRequest" | "updatePullRequest">,
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

  async function refreshed(pull: PullRequest): Promise<PullRequest> {
    const is = pull.body ?? "";
    const [marker = ""] = body.split("\n");
    const isOurs = carries(is, marker) && [undefined, sha256Of(is)].includes(request.lastBodySha256);
    if (pull.state !== "open" || is === body || !isOurs) return pull;
    return github.updatePullRequest(repository, pull.number, { body });
  }

  const found = await find();
  if (found) return refreshed(found);
  try {
    return await create(true);
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    // "A pull request already exists": an earlier create took effect without an answer.
    const adopted = await find();
    if (adopted) return refreshed(adopted);
    // Private repositories on some plans have no drafts.
    if (/draft/i.test(explain(error))) return create(false);
    throw error;
  }
}

export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
