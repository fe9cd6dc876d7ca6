// `retry` and `continue`: a new job after one that has ended.
import { UserError } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { QueueState } from "../job/queue-state.ts";
import type { Queue, Ticket } from "../queue/contract.ts";
import { jobOf, jobsHere } from "./control-jobs.ts";
import { quote } from "./quote.ts";
import type { Trigger } from "./trigger.ts";

/** First words that ask for a job like one that has ended. */
const againVerbs = ["retry", "continue"] as const;
export type AgainVerb = (typeof againVerbs)[number];

export interface Again {
  verb: AgainVerb;
  /** A job's id; without one it is the last one that ended here. */
  job?: string;
  /** Of `retry`: the name of the step from which on it runs again. */
  from?: string;
}

export function isAgainVerb(word: string): word is AgainVerb {
  return againVerbs.some((verb) => verb === word);
}

const ended: readonly QueueState[] = ["done", "failed", "cancelled"];

/** What the earlier job was. Throws UserError `invalid_job` when there is none, or when it has not ended. */
export async function earlierJob(
  jobs: Pick<Queue<JobSpec>, "find" | "list">,
  trigger: Trigger,
  { verb, job }: Again,
): Promise<JobSpec> {
  const found =
    job === undefined
      ? lastOf(await jobsHere(jobs, trigger, ended), trigger)
      : await jobOf(jobs, trigger.repository, job);
  if (found && ended.includes(found.state)) return found.payload;
  const why = found
    ? `The job ${quote(found.id)} has not ended yet, so there is nothing to ${verb}.`
    : job === undefined
      ? `No job has ended here, so there is nothing to ${verb}. Old ones are forgotten after a while.`
      : `There is no job ${quote(job)} in this repository.`;
  throw new UserError(`${why} Ask for a new one instead.`, { code: "invalid_job" });
}

/** In a review thread the last one of that thread, when there is one. */
function lastOf(found: readonly Ticket<JobSpec>[], { thread }: Trigger): Ticket<JobSpec> | undefined {
  const isOfThread = ({ payload: { target } }: Ticket<JobSpec>): boolean =>
    target?.kind === "review_thread" && target.threads?.[0]?.comment_id === thread?.first;
  return found.findLast(isOfThread) ?? found.at(-1);
}
