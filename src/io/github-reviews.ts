// Reviews of pull requests.
import { z } from "zod";
import { createCall, createEvery, once, type Requester, User } from "./github-call.ts";
import type { RepositoryName } from "./github.ts";

const Review = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: User.nullish(),
  state: z.string().optional(),
});
export type Review = z.infer<typeof Review>;

/** A comment on a line of the file after the change. */
interface NewReviewComment {
  path: string;
  body: string;
  line: number;
  side: "RIGHT";
  start_line?: number;
  start_side?: "RIGHT";
}

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createReviewCalls(octokit: Requester) {
  const call = createCall(octokit);
  const every = createEvery(octokit);
  const path = ({ owner, name: repo }: RepositoryName) => ({ owner, repo });

  return {
    async reviews(repository: RepositoryName, number: number): Promise<Review[]> {
      return every(
        `reading the reviews of #${number}`,
        Review,
        "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
        { ...path(repository), pull_number: number },
      );
    },

    /** A review that comments or requests changes; none approves. */
    async createReview(
      repository: RepositoryName,
      number: number,
      review: {
        body: string;
        comments: readonly NewReviewComment[];
        commit_id: string | undefined;
        event: "COMMENT" | "REQUEST_CHANGES";
      },
    ): Promise<Review> {
      const { commit_id, ...rest } = review;
      return call(`reviewing #${number}`, Review, "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
        ...path(repository),
        pull_number: number,
        ...rest,
        ...(commit_id === undefined ? {} : { commit_id }),
        ...once,
      });
    },

    /** Takes a request for changes back. https://docs.github.com/en/rest/pulls/reviews#dismiss-a-review-for-a-pull-request */
    async dismissReview(
      repository: RepositoryName,
      number: number,
      { id, message }: { id: number; message: string },
    ): Promise<void> {
      const route = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals";
      const parameters = { ...path(repository), pull_number: number, review_id: id, message };
      await call(`dismissing a review of #${number}`, z.unknown(), route, parameters);
    },
  };
}
