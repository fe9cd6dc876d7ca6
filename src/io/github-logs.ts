// The log of a GitHub Actions job: GitHub answers with an address elsewhere, which is fetched without any token.
import { z } from "zod";
import { asGitHubError, statusOf } from "./github-error.ts";
import type { Requester } from "./github-call.ts";
import type { RepositoryName } from "./github.ts";

/** Where GitHub keeps logs; a GitHub Enterprise Server has them at home, or below its own name. */
const logHosts = [".blob.core.windows.net", ".githubusercontent.com"];
const maxBytes = 20_000_000;
const timeoutMs = 30_000;

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createLogCalls(octokit: Requester) {
  return {
    /**
     * The text of a job's log, or its first 20 MB; undefined when there is none: the check is not of GitHub Actions, or
     * its log is gone. The number of an Actions job is that of its check run. Needs the permission `actions: read`.
     * https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run
     */
    async jobLog({ owner, name }: RepositoryName, jobId: number): Promise<string | undefined> {
      const action = `reading the log of job ${jobId}`;
      try {
        const { headers, url = "" } = await octokit.request(
          "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs",
          { owner, repo: name, job_id: jobId, request: { redirect: "manual" } },
        );
        const place = z.string().parse(headers["location"]);
        return await download(allowed(place, new URL(url)), action);
      } catch (cause) {
        const error = asGitHubError(action, cause);
        if ([404, 410].includes(statusOf(error) ?? 0)) return undefined;
        throw error;
      }
    },
  };
}

/** Throws for an address at which GitHub keeps no logs. */
function allowed(place: string, api: URL): URL {
  const url = new URL(place, api);
  const isAtHome = url.host === api.host || url.hostname.endsWith(`.${api.hostname}`);
  const isKnown = isAtHome || logHosts.some((host) => url.hostname.endsWith(host));
  const isPrivate = url.protocol === "https:" || (isAtHome && url.protocol === api.protocol);
  if (isKnown && isPrivate && url.username === "") return url;
  throw new Error(`GitHub led to ${url.origin}, where it keeps no logs`);
}

async function download(url: URL, action: string): Promise<string> {
  const answer = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok || !answer.body) throw new Error(`${action}: ${url.origin} answered ${answer.status}`);
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.byteLength;
    if (bytes > maxBytes)
      return `${text}\n[… the log goes on; its first ${maxBytes / 1_000_000} MB were read …]`;
  }
  return text;
}
