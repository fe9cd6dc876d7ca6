// pull_request_review_comment.created: a new comment on lines of a pull request, or an answer in such a thread.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review_comment
import { Comment, Envelope, Subject, threadOf } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({ comment: Comment, pull_request: Subject });

export function onPullRequestReviewCommentCreated({ answer, parse, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { comment, pull_request: pull } = payload;
    const ask = parse(comment.body ?? "");
    if (!ask) return;
    const trigger = toTrigger(delivery, payload, pull, {
      kind: "pull_request",
      host,
      at: comment.created_at,
      text: comment.body ?? "",
      comment: { id: comment.id },
      thread: { first: threadOf(comment) },
      ...(comment.performed_via_github_app && { viaAppId: comment.performed_via_github_app.id }),
    });
    if (!trigger) {
      log.warn(
        { delivery: delivery.guid },
        "pull_request_review_comment.created: ignored, it names no installation",
      );
      return;
    }
    await answer(trigger, ask);
  };
}
