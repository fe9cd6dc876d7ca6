// Where GitHub's deliveries arrive: checked, dropped or kept, answered. Nothing else happens before the answer.
//
// GitHub gives a delivery ten seconds and never repeats it by itself, so a 202 is a promise: the delivery is on
// disk. https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
import { isUtf8 } from "node:buffer";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { explain } from "../errors.ts";
import { Delivery } from "../job/delivery.ts";
import type { Log } from "../log.ts";
import type { Keep } from "./keep.ts";
import { readBody } from "./read-body.ts";
import type { Verify } from "./signature.ts";

export const webhookPath = "/api/github/webhooks";

export interface WebhookRouteOptions {
  verify: Verify;
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
].map(({ name, schema }) => ({ name, key: name.toLowerCase(), schema }));

/** Seconds until a delivery that could not be kept may be tried again. */
const retryAfterSec = 10;

/** Served by Node's own server: it reads the raw request. */
type WebhookRoute = Hono<{ Bindings: HttpBindings }>;

/**
 * The route POST /api/github/webhooks. Answers 202 once a delivery is durable, known already or of no concern;
 * 400, 401, 405, 413 or 415 for what is not a delivery; 503 when the inbox can't keep it.
 */
export function createWebhookRoute(options: WebhookRouteOptions): WebhookRoute {
  const { verify, keep, maxBodyBytes, log } = options;
  const app: WebhookRoute = new Hono<{ Bindings: HttpBindings }>();

  app.post(webhookPath, async (c) => {
    const { incoming } = c.env;
    const given: string[] = [];
    for (const { name, key, schema } of headers) {
      const value = incoming.headers[key];
      if (value === undefined)
        return problem(c, 400, `the header ${name} is missing; set a webhook secret in the App's settings`);
      const header = schema.safeParse(value);
      if (!header.success) return problem(c, 400, `the header ${name} is malformed`);
      given.push(header.data);
    }
    const [guid = "", event = "", signature = ""] = given;
    if (/^application\/x-www-form-urlencoded/i.test(incoming.headers["content-type"] ?? "")) {
      return problem(c, 415, "set the content type application/json in the App's webhook settings");
    }
    const bytes = await readBody(incoming, maxBodyBytes);
    if (bytes === "cut off") return problem(c, 400, "the connection ended before the body");
    if (bytes === "too long") {
      // The server takes the rest of a body of known length, so that the answer arrives; this one may have no end.
      if (incoming.headers["content-length"] === undefined) c.header("Connection", "close");
      const limit = `the body is larger than ${maxBodyBytes} bytes`;
      return problem(c, 413, `${limit}; raise MAX_WEBHOOK_BODY_BYTES if GitHub sent it`);
    }
    if (bytes.length === 0 || !verify(bytes, signature)) {
      log.warn({ delivery: guid }, "a delivery with a wrong signature was refused");
      return problem(c, 401, "the signature is wrong; WEBHOOK_SECRET must be the App's webhook secret");
    }

    // Other bytes would not be kept as they were signed. A JSON text is UTF-8 (RFC 8259, section 8.1).
    const body = isUtf8(bytes) ? bytes.toString("utf8") : "";
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
