// issues.labeled: someone put a label on an issue.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
import { z } from "zod";
import { Envelope, Subject } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({ issue: Subject, label: z.object({ name: z.string() }).optional() });

export function onIssuesLabeled({ answer, readLabel, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const ask = payload.label && readLabel(payload.label.name);
    if (!payload.label || !ask) return;
    const trigger = toTrigger(delivery, payload, payload.issue, {
      kind: "issue",
      host,
      at: payload.issue.updated_at,
      text: payload.label.name,
    });
    if (!trigger) {
      log.warn({ delivery: delivery.guid }, "issues.labeled: ignored, it names no installation");
      return;
    }
    await answer(trigger, ask);
  };
}
