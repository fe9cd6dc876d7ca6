// Who asked, with which permission and in which words, as an entry of the audit log.
import type { AuditEvent } from "../../audit/entry.ts";
import type { Asking } from "../../command/asking.ts";
import { deriveJobId } from "../../job/ids.ts";

export function askingEvent({ decision, trigger, permission, note }: Asking): AuditEvent {
  const { delivery, repository, subject, sender, comment, text, viaAppId } = trigger;
  return {
    kind: decision === "allowed" ? "asked" : "refused",
    fields: {
      // Of its first command; the others' follow from the same delivery.
      ...(decision === "allowed" && { job_id: deriveJobId(delivery.inboxId, 0) }),
      login: sender.login,
      login_id: sender.id,
      permission,
      decision,
      ...(note !== undefined && { note }),
      text,
      delivery: delivery.guid,
      event: `${delivery.event}.${delivery.action}`,
      repository: `${repository.host}/${repository.owner}/${repository.name}`,
      [subject.kind]: subject.number,
      comment_id: comment?.id ?? null,
      ...(viaAppId !== undefined && { via_app: viaAppId }),
    },
  };
}
