// One call of GitHub's GraphQL API: the action named when it fails, the answer parsed where it enters.
import type { z } from "zod";
import { once } from "./github-call.ts";
import { asGitHubError } from "./github-error.ts";

/** What this room needs of an Octokit; Probot's fits. */
export interface GraphqlRequester {
  graphql(query: string, variables?: Record<string, unknown>): Promise<unknown>;
}

/**
 * Calls through this Octokit. They throw UserError or TransientError that names the action, also when GitHub answers 200
 * with errors. Nothing is repeated by itself: whether a mutation took effect is for the caller to find out.
 * https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
 */
export function createGraphqlCall(octokit: GraphqlRequester) {
  return async <T>(
    action: string,
    schema: z.ZodType<T>,
    query: string,
    variables: Record<string, unknown>,
  ): Promise<T> => {
    try {
      return schema.parse(await octokit.graphql(query, { ...variables, ...once }));
    } catch (cause) {
      throw asGitHubError(action, cause);
    }
  };
}
