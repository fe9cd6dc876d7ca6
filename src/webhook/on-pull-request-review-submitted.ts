// pull_request_review.submitted: a review, whose own text may hold a command. Its comments on lines come by themselves.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review
import { z } from "zod";
import { Envelope, Subject } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({
  review: z.object({ body: z.string().nullish(), submitted_at: z.string().nullish() }),
  pull_request: Subject,
});

/** What it asks for is answered in the conversation; GitHub's REST API has no reaction to a review. */
export function onPullRequestReviewSubmitted({ answer, parse, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { review, pull_request: pull } = payload;
    const ask = parse(review.body ?? "");
    if (!ask) return;
    const trigger = toTrigger(delivery, payload, pull, {
      kind: "pull_request",
      host,
      at: review.submitted_at ?? pull.updated_at,
      text: review.body ?? "",
    });
    if (!trigger) {
      log.warn(
        { delivery: delivery.guid },
        "pull_request_review.submitted: ignored, it names no installation",
      );
      return;
    }
    await answer(trigger, ask);
  };
}
