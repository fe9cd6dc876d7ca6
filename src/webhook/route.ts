// Where GitHub's deliveries arrive: checked, dropped or kept, answered. Nothing else happens before the answer.
//
// GitHub gives a delivery ten seconds and never repeats it by itself, so a 202 is a promise: the delivery is on
// disk. https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { explain } from "../errors.ts";
import { Delivery } from "../job/delivery.ts";
import type { Log } from "../log.ts";
import type { Keep } from "./keep.ts";

export const webhookPath = "/api/github/webhooks";

export interface WebhookRouteOptions {
  /** Whether `signature` is the secret's over `body`. */
  verify: (body: string, signature: string) => Promise<boolean>;
  keep: Keep;
  maxBodyBytes: number;
  log: Log;
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
const headers = [
  { name: "X-GitHub-Delivery", schema: Delivery.shape.guid },
  // Wider than a kept delivery's: projects_v2_item and the like are dropped, not refused.
  { name: "X-GitHub-Event", schema: z.string().regex(/^[a-z0-9_]{1,64}$/) },
  { name: "X-Hub-Signature-256", schema: z.string() },
];

/** Seconds until a delivery that could not be kept may be tried again. */
const retryAfterSec = 10;

/**
 * The route POST /api/github/webhooks. Answers 202 once a delivery is durable, known already or of no concern;
 * 400, 401, 405, 413 or 415 for what is not a delivery; 503 when the inbox can't keep it.
 */
export function createWebhookRoute(options: WebhookRouteOptions): Hono {
  const { verify, keep, maxBodyBytes, log } = options;
  const app = new Hono();

  const limit = bodyLimit({
    maxSize: maxBodyBytes,
    // node-server ends the connection of a body that was not read to its end.
    onError: (c) =>
      problem(
        c,
        413,
        `the body is larger than ${maxBodyBytes} bytes; raise MAX_WEBHOOK_BODY_BYTES if GitHub sent it`,
      ),
  });

  app.post(webhookPath, limit, async (c) => {
    for (const { name, schema } of headers) {
      const value = c.req.header(name);
      if (value === undefined)
        return problem(c, 400, `the header ${name} is missing; set a webhook secret in the App's settings`);
      if (!schema.safeParse(value).success) return problem(c, 400, `the header ${name} is malformed`);
    }
    if (/^application\/x-www-form-urlencoded/i.test(c.req.header("Content-Type") ?? "")) {
      return problem(c, 415, "set the content type application/json in the App's webhook settings");
    }
    const [guid = "", event = "", signature = ""] = headers.map(({ name }) => c.req.header(name));
    const body = await c.req.text();
    if (body === "" || !(await verify(body, signature))) {
      log.warn({ delivery: guid }, "a delivery with a wrong signature was refused");
      return problem(c, 401, "the signature is wrong; WEBHOOK_SECRET must be the App's webhook secret");
    }

    const payload = parseJson(body);
    if (payload === undefined) return problem(c, 400, "the body is not a JSON object");
    try {
      const status = await keep({ guid, event, body, payload });
      if (status !== "ignored") {
        log.info({ stage: "webhook", delivery: guid }, `${event} is kept in the inbox: ${status}`);
      }
      return c.json({ status }, 202);
    } catch (error) {
      log.error({ delivery: guid, error: explain(error) }, "keeping a delivery in the inbox");
      c.header("Retry-After", String(retryAfterSec));
      return problem(c, 503, "the inbox can't keep the delivery now; redeliver it later");
    }
  });

  app.all(webhookPath, (c) => {
    c.header("Allow", "POST");
    return problem(c, 405, "GitHub's webhooks are sent here by POST");
  });
  return app;
}

function parseJson(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A problem text as RFC 9457 has it. */
function problem(c: Context, status: ContentfulStatusCode, detail: string): Response {
  return c.json({ status, detail }, status, { "Content-Type": "application/problem+json" });
}
