// issues.unlabeled, pull_request.unlabeled: someone took off the label that says that a job runs.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
import { z } from "zod";
import { Envelope, Subject } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({
  issue: Subject.optional(),
  pull_request: Subject.optional(),
  label: z.object({ name: z.string() }).optional(),
});

export function onUnlabeled({ answer, readRemovedLabel, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { issue, pull_request: pull, label } = payload;
    const subject = issue ?? pull;
    const ask = label && readRemovedLabel(label.name);
    if (!label || !ask || !subject) return;
    const trigger = toTrigger(delivery, payload, subject, {
      kind: issue ? "issue" : "pull_request",
      host,
      at: subject.updated_at,
      text: `-${label.name}`,
    });
    if (!trigger) {
      log.warn({ delivery: delivery.guid }, "unlabeled: ignored, it names no installation");
      return;
    }
    await answer(trigger, ask);
  };
}
