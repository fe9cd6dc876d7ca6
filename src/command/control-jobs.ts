// Which job a word about jobs means.
import type { JobSpec, Repository } from "../job/job-spec.ts";
import type { QueueState } from "../job/queue-state.ts";
import type { Queue, Ticket } from "../queue/contract.ts";
import { keyOf } from "./submit.ts";
import type { Trigger } from "./trigger.ts";

type Jobs = Pick<Queue<JobSpec>, "find" | "list">;

const pageSize = 100;

/** The tickets in these states of the issue or pull request of a trigger that were asked for before it, oldest first. */
export async function jobsHere(
  jobs: Jobs,
  { repository, subject, delivery }: Pick<Trigger, "repository" | "subject" | "delivery">,
  states: readonly QueueState[],
): Promise<Ticket<JobSpec>[]> {
  const key = keyOf({ repository, target: { number: subject.number } });
  const found: Ticket<JobSpec>[] = [];
  for (const state of states) {
    for (let after: string | undefined; ;) {
      const page = await jobs.list(state, { limit: pageSize, ...(after !== undefined && { after }) });
      // Handling a delivery again must not reach a job that came after it.
      found.push(...page.filter((ticket) => ticket.key === key && isBefore(ticket, delivery.receivedAt)));
      after = page.at(-1)?.id;
      if (page.length < pageSize) break;
    }
  }
  return found.toSorted(
    (one, other) => Date.parse(one.payload.created_at) - Date.parse(other.payload.created_at),
  );
}

/** The job of an id, as long as it belongs to this repository: who may write here may decide nothing elsewhere. */
export async function jobOf(
  jobs: Jobs,
  repository: Repository,
  id: string,
): Promise<Ticket<JobSpec> | undefined> {
  const ticket = await jobs.find(id);
  return ticket?.payload.repository && sameRepository(ticket.payload.repository, repository)
    ? ticket
    : undefined;
}

function isBefore(ticket: Ticket<JobSpec>, time: string): boolean {
  return Date.parse(ticket.payload.created_at) < Date.parse(time);
}

function sameRepository(one: Repository, other: Repository): boolean {
  const name = ({ host, owner, name: repo }: Repository): string => `${host}/${owner}/${repo}`.toLowerCase();
  return name(one) === name(other);
}
