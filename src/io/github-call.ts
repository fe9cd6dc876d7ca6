// One call of GitHub's REST API: the action named when it fails, the answer parsed where it enters.
import { z } from "zod";
import { asGitHubError } from "./github-error.ts";

/** What this room needs of an Octokit; Probot's fits. */
export interface Requester {
  request(
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<{ status: number; data: unknown; headers: Record<string, unknown>; url?: string }>;
}

/** A POST is never repeated by a plugin: whether it took effect is for the caller to find out by its marker. */
export const once = { request: { retries: 0 } };

export const User = z.object({ login: z.string(), id: z.number(), type: z.string().optional() });

/** What makes a call: the action for the error, the schema of the answer, the route and its parameters. */
type Call = <T>(action: string, schema: z.ZodType<T>, route: string, parameters: object) => Promise<T>;

/**
 * As `createCall`, for lists whose next page is named by a cursor in the Link header.
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers
 */
export function createPagedCall(octokit: Requester) {
  return async <T>(
    action: string,
    schema: z.ZodType<T>,
    route: string,
    parameters: object,
  ): Promise<{ data: T; cursor: string | undefined }> => {
    try {
      const { data, headers } = await octokit.request(route, { ...parameters });
      const link = z.string().catch("").parse(headers["link"]);
      const cursor = /[?&]cursor=([^&>]+)[^>]*>;\s*rel="next"/.exec(link)?.[1];
      return { data: schema.parse(data), cursor: cursor && decodeURIComponent(cursor) };
    } catch (cause) {
      throw asGitHubError(action, cause);
    }
  };
}

/** Calls through this Octokit. They throw UserError or TransientError that names the action. */
export function createCall(octokit: Requester): Call {
  return async (action, schema, route, parameters) => {
    try {
      const response = await octokit.request(route, { ...parameters });
      return schema.parse(response.data);
    } catch (cause) {
      throw asGitHubError(action, cause);
    }
  };
}

/** The most that GitHub gives on a page. */
export const pageSize = 100;
const maxPages = 100;

/** All pages of a list through this Octokit, at most 10,000 items. They throw as `createCall`'s do. */
export function createEvery(octokit: Requester) {
  const call = createCall(octokit);

  return async <T>(action: string, item: z.ZodType<T>, route: string, parameters: object): Promise<T[]> => {
    const all: T[] = [];
    for (let page = 1; page <= maxPages; page++) {
      const found = await call(action, z.array(item), route, { ...parameters, per_page: pageSize, page });
      all.push(...found);
      if (found.length < pageSize) break;
    }
    return all;
  };
}
