// Webhook payloads of ours, held against GitHub's own description of them.
import { explain, readDescription } from "./description.ts";

let shared: ReturnType<typeof readDescription> | null = null;

/** What is wrong with a payload; empty when nothing is, and for an event that is not described. */
export function webhookProblems(event: string, action: string | null, payload: unknown): string[] {
  shared ??= readDescription(new URL("webhooks.json", import.meta.url));
  const name = [event, action].filter(Boolean).join("-").replaceAll("_", "-");
  const schema = shared.description["x-webhooks"][name];
  if (schema === undefined) return [];
  const check = shared.compile("json", name, () => schema);
  return check(payload) ? [] : explain(check);
}
