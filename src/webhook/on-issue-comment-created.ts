// issue_comment.created: a new comment on an issue or on a pull request.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
import { z } from "zod";
import { Comment, Envelope, Subject } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({
  comment: Comment,
  /** Of a pull request too; then it has `pull_request`. */
  issue: Subject.extend({ pull_request: z.looseObject({}).nullish() }),
});

export function onIssueCommentCreated({ answer, parse, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { comment, issue } = payload;
    const ask = parse(comment.body ?? "");
    if (!ask) return;
    const trigger = toTrigger(delivery, payload, issue, {
      kind: issue.pull_request ? "pull_request" : "issue",
      host,
      at: comment.created_at,
      text: comment.body ?? "",
      comment: { id: comment.id },
      ...(comment.performed_via_github_app && { viaAppId: comment.performed_via_github_app.id }),
    });
    if (!trigger) {
      log.warn({ delivery: delivery.guid }, "issue_comment.created: ignored, it names no installation");
      return;
    }
    await answer(trigger, ask);
  };
}
