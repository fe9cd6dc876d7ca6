// How many jobs one person may start in an hour, whichever way they ask and however many processes there are.
import { deriveJobId } from "../job/ids.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { Trigger } from "./trigger.ts";

const hourMs = 60 * 60 * 1000;

export interface RateLimitOptions {
  /** 0: any number. */
  maxPerHour: number;
  /** The jobs that were asked for since then, in any order. */
  jobsSince: (since: Date) => Promise<JobSpec[]>;
}

/**
 * Returns a function that says why `wanted` more jobs can't be started by whoever is behind a trigger; undefined when they
 * can. The jobs themselves are what is counted: nothing can get lost, and a delivery that is handled again isn't stopped by
 * its own jobs.
 */
export function createRateLimit({ maxPerHour, jobsSince }: RateLimitOptions) {
  return async ({ delivery, sender }: Trigger, wanted: number): Promise<string | undefined> => {
    if (maxPerHour === 0 || wanted === 0) return undefined;
    const nowMs = Date.parse(delivery.receivedAt);
    const mine = (await jobsSince(new Date(nowMs - hourMs)))
      .filter(({ requested_by: requester }) => requester?.id === sender.id)
      .toSorted((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at));
    const own = new Set(
      Array.from({ length: wanted }, (_, ordinal) => deriveJobId(delivery.inboxId, ordinal)),
    );
    if (mine.some(({ job_id: id }) => own.has(id))) return undefined;
    const tooMany = mine.length + wanted - maxPerHour;
    if (tooMany <= 0) return undefined;
    const limit = `${maxPerHour} ${maxPerHour === 1 ? "job" : "jobs"} an hour (USER_MAX_JOBS_PER_HOUR)`;
    const until = mine[tooMany - 1];
    if (!until) {
      return `This asks for ${wanted} jobs at once, and one person may start ${limit}. Ask for fewer, or the operator can raise the limit.`;
    }
    const at = new Date(Date.parse(until.created_at) + hourMs + 60_000).toISOString().slice(11, 16);
    return `One person may start ${limit}, and you have started ${mine.length} in the last hour. Ask again from ${at} UTC on, or the operator can raise the limit.`;
  };
}

export type RateLimit = ReturnType<typeof createRateLimit>;
