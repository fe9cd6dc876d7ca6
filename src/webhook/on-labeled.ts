// issues.labeled, pull_request.labeled: someone put a label on.
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

export function onLabeled({ answer, readLabel, readMappedLabel, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const { issue, pull_request: pull, label } = payload;
    const subject = issue ?? pull;
    if (!label || !subject) return;
    const trigger = toTrigger(delivery, payload, subject, {
      kind: issue ? "issue" : "pull_request",
      host,
      at: subject.updated_at,
      text: label.name,
    });
    if (!trigger) {
      log.warn({ delivery: delivery.guid }, "labeled: ignored, it names no installation");
      return;
    }
    const ask = readLabel(label.name) ?? (await readMappedLabel(trigger.repository, label.name));
    if (ask && ask !== "state") await answer(trigger, ask);
  };
}
