// What each job's artifacts are in use for: as long as something may still need them, they stay.
import { isGitHubJob, type JobSpec } from "../../job/job-spec.ts";
import type { JobState } from "../../job/job-state.ts";
import type { Publication } from "../../job/publication.ts";
import { statusOf } from "../../io/github-error.ts";
import type { Queue } from "../../queue/contract.ts";
import type { House } from "../assemble.ts";

const pageSize = 100;
/** A job that no queue knows, such as one of `patchbay run`, that was written to within this time may be running. */
const recentMs = 24 * 60 * 60 * 1000;

type Told = Pick<House, "jobs" | "outbox">;

/** Job → use, for all that queues know: jobs that have not ended, what those build on, and what is still to be said. */
export async function usesInQueues({ jobs, outbox }: Told): Promise<Map<string, string>> {
  const uses = new Map<string, string>();
  const note = (id: string | undefined, use: string): void => {
    if (id !== undefined && !uses.has(id)) uses.set(id, use);
  };
  for (const state of ["running", "pending", "awaiting_approval"] as const) {
    for await (const { id, payload } of ticketsOf(jobs, state)) {
      note(id, state === "awaiting_approval" ? "waits for a person" : state);
      for (const earlier of [payload.rerun?.job_id, payload.carries, payload.follows]) {
        note(earlier, `job ${id} builds on it`);
      }
    }
  }
  for (const state of ["running", "pending"] as const) {
    for await (const { payload } of ticketsOf(outbox, state)) {
      if ("job_id" in payload) note(payload.job_id, "its end is still to be told");
    }
  }
  return uses;
}

async function* ticketsOf<Payload>(
  queue: Pick<Queue<Payload>, "list">,
  state: "running" | "pending" | "awaiting_approval",
) {
  for (let after: string | undefined; ;) {
    const page = await queue.list(state, { limit: pageSize, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < pageSize) return;
  }
}

/** Why a job that is in no queue may still be running. */
export function useOutside(state: JobState | undefined, nowMs: number): string | undefined {
  if (!state || state.phase === "finished") return undefined;
  return nowMs - Date.parse(state.updated_at) < recentMs ? "may be running" : undefined;
}

/** Why a job is in use on GitHub: its pull request is open. What GitHub doesn't say counts as open. */
export async function useOnGitHub(
  { probot, hasApp }: Pick<House, "probot" | "hasApp">,
  spec: JobSpec,
  publication: Publication | undefined,
): Promise<string | undefined> {
  const number = publication?.pull_request?.number;
  if (number === undefined || !isGitHubJob(spec)) return undefined;
  if (!hasApp) return `pull request #${number} can't be asked about without the App`;
  try {
    const github = await probot.github(spec.repository.installation_id);
    const { state } = await github.pullRequest(spec.repository, number);
    return state === "open" ? `pull request #${number} is open` : undefined;
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 410) return undefined;
    return `whether pull request #${number} is open can't be asked now`;
  }
}
