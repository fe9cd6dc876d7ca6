// What is said on GitHub, as entries of the audit log. It fails closed: what can't be written down is not said.
import type { Intent } from "../../job/intent.ts";
import type { AuditEvent } from "../../audit/entry.ts";
import type { Decided, Said } from "../../publisher/deps.ts";
import type { House } from "../assemble.ts";

/** Before a job's end is published. Throws TransientError when it can't be written down: the intent is repeated. */
export async function auditPublishing({ audit, artifacts }: House, intent: Intent): Promise<void> {
  if (intent.kind !== "publish") return;
  const { job_id, epoch } = intent;
  const result = await artifacts.readResult(job_id);
  await audit.insist({
    kind: "publishing",
    fields: {
      job_id,
      epoch,
      status: result?.status ?? null,
      patch_sha256: result?.patch?.sha256 ?? null,
      base_sha: result?.patch?.base_sha ?? null,
    },
  });
}

/** Something of a job that is on GitHub now. */
export function publishedEvent({
  branch,
  pull_request,
  comment,
  review,
  findings,
  ...rest
}: Said): AuditEvent {
  return {
    kind: "published",
    fields: {
      ...rest,
      ...(branch && { branch: branch.name, commit_sha: branch.sha }),
      ...(pull_request && { pull_request: pull_request.number }),
      ...(review && { review_id: review.id, reviewed_pull_request: review.number }),
      ...(findings && { findings_fresh: findings.fresh, threads_resolved: findings.fixed }),
      ...(comment && { comment_id: comment.id, comment_sha256: comment.body_sha256 }),
    },
  };
}

/** After a word that belongs to no job; a job's own words are in its record. */
export async function auditReplied({ audit }: House, intent: Intent): Promise<void> {
  if (intent.kind !== "reply" && intent.kind !== "notice") return;
  const { repository, number, body } = intent;
  const marker = intent.kind === "reply" ? intent.marker : intent.about;
  await audit.insist({
    kind: "replied",
    fields: { repository: `${repository.host}/${repository.owner}/${repository.name}`, number, marker, body },
  });
}

const decisions = {
  apply: "patch_applied",
  discard: "patch_discarded",
  approve: "job_approved",
  cancel: "job_cancelled",
} as const;

/** What a person decided about a job, before it takes effect. */
export function decidedEvent({ decision, job_id, by, marker, sha256, onto }: Decided): AuditEvent {
  return {
    kind: decisions[decision],
    fields: {
      job_id,
      login: by.login,
      login_id: by.id ?? null,
      permission: by.permission,
      marker,
      ...(sha256 !== undefined && { patch_sha256: sha256 }),
      ...(onto !== undefined && { onto }),
    },
  };
}
