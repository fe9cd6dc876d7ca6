// pull_request.labeled: someone put a label on a pull request.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
import { z } from "zod";
import { Envelope, Subject } from "./payload.ts";
import type { Handler, HandlerOptions } from "./handler.ts";
import { toTrigger } from "./to-trigger.ts";

const Payload = Envelope.extend({ pull_request: Subject, label: z.object({ name: z.string() }).optional() });

export function onPullRequestLabeled({ answer, readLabel, host, log }: HandlerOptions): Handler {
  return async (delivery, received) => {
    const payload = Payload.parse(received);
    const ask = payload.label && readLabel(payload.label.name);
    if (!payload.label || !ask) return;
    const trigger = toTrigger(delivery, payload, payload.pull_request, {
      kind: "pull_request",
      host,
      at: payload.pull_request.updated_at,
      text: payload.label.name,
    });
    if (!trigger) {
      log.warn({ delivery: delivery.guid }, "pull_request.labeled: ignored, it names no installation");
      return;
    }
    await answer(trigger, ask);
  };
}
