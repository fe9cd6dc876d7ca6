// Installations, repositories and issues that are gone: their jobs end, since nobody could be told of them any more.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
import { z } from "zod";
import type { JobSpec } from "../job/job-spec.ts";
import type { Handler, HandlerOptions } from "./handler.ts";

const Account = z.object({ login: z.string() });
const Payload = z.object({
  action: z.string(),
  installation: z.object({ id: z.int() }).optional(),
  repositories_removed: z.array(z.object({ full_name: z.string() })).optional(),
  repository: z.object({ name: z.string(), owner: Account }).optional(),
  issue: z.object({ number: z.int() }).optional(),
  /** Of a transfer: whose it was. */
  changes: z
    .object({
      owner: z
        .object({ from: z.object({ user: Account.nullish(), organization: Account.nullish() }) })
        .optional(),
    })
    .optional(),
});
type Payload = z.infer<typeof Payload>;

const reasons: Record<string, string> = {
  "installation.deleted": "the App was removed from the account",
  "installation.suspend": "the App was suspended on the account",
  "installation_repositories.removed": "the App was removed from the repository",
  "repository.transferred": "the repository was transferred",
  "repository.archived": "the repository was archived",
  "repository.deleted": "the repository was deleted",
  "issues.transferred": "the issue was transferred",
  "issues.deleted": "the issue was deleted",
};

/** Cancels what waits, runs or is held there. Doing it again changes nothing. */
export function onGone({ cancelWhere, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const reason = reasons[`${delivery.event}.${payload.action}`];
    if (reason === undefined) return;
    // What was asked for later, after the App came back say, is not meant.
    const until = Date.parse(delivery.received_at);
    const cancelled = await cancelWhere(
      (spec) =>
        spec.repository?.host === host &&
        Date.parse(spec.created_at) <= until &&
        concerns(payload, delivery.event, spec),
      `cancelled: ${reason}`,
    );
    log.info({ delivery: delivery.guid, jobs: cancelled }, reason);
  };
}

function concerns(payload: Payload, event: string, { repository, target }: JobSpec): boolean {
  if (!repository) return false;
  const name = `${repository.owner}/${repository.name}`.toLowerCase();
  switch (event) {
    case "installation":
      return repository.installation_id === payload.installation?.id;
    case "installation_repositories":
      return payload.repositories_removed?.some((one) => one.full_name.toLowerCase() === name) === true;
    case "repository":
      return namesOf(payload).includes(name);
    default:
      return namesOf(payload).includes(name) && target?.number === payload.issue?.number;
  }
}

/** What the repository is called, and what it was called before a transfer. */
function namesOf({ repository, changes }: Payload): string[] {
  if (!repository) return [];
  const { user, organization } = changes?.owner?.from ?? {};
  return [repository.owner, user, organization].flatMap((owner) =>
    owner ? [`${owner.login}/${repository.name}`.toLowerCase()] : [],
  );
}
