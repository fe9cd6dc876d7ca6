// What machines ask: is it well (/healthz), and how much of everything is there (/metrics)?
import { createHash, timingSafeEqual } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono } from "hono";
import { explain } from "../errors.ts";
import type { Log } from "../log.ts";
import { briefly } from "./briefly.ts";
import { type Metric, metricsContentType, metricsText } from "./metrics-text.ts";

interface HealthOptions {
  /** Throws when this process can't do its work. */
  check: () => Promise<void>;
  collect: () => Promise<Metric[]>;
  /** What a request from elsewhere has to show; undefined: there is none. */
  token: string | undefined;
  log: Pick<Log, "warn">;
}

/** However often it is asked, it is looked at once in this time. */
const keptMs = 1000;

/** By whom a request was passed on that did not come from this machine itself (RFC 7239; MDN, "X-Forwarded-For"). */
const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * `GET /healthz` for everyone: 200 or 503 and nothing more. `GET /metrics` for programs of this machine, whose request
 * no proxy has passed on, and for whoever shows the token.
 */
export function createHealthRoutes({ check, collect, token, log }: HealthOptions): Hono {
  const app = new Hono();
  const isWell = briefly(keptMs, async () => {
    try {
      await check();
      return true;
    } catch (error) {
      log.warn({ reason: explain(error) }, "not well");
      return false;
    }
  });
  const text = briefly(keptMs, async () => metricsText(await collect()));

  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  app.get("/healthz", async (c) => {
    const well = await isWell();
    return c.json({ status: well ? "ok" : "failing" }, well ? 200 : 503);
  });
  app.get("/metrics", async (c) => {
    if (!isLocal(c) && !showsToken(c, token)) {
      c.header("WWW-Authenticate", "Bearer");
      const detail = "metrics are for this machine, and for who shows METRICS_TOKEN as a bearer token";
      return c.json({ status: 401, detail }, 401, { "Content-Type": "application/problem+json" });
    }
    try {
      return c.text(await text(), 200, { "Content-Type": metricsContentType });
    } catch (error) {
      log.warn({ reason: explain(error) }, "collecting metrics");
      return c.json({ status: 503, detail: "the metrics can't be collected now" }, 503);
    }
  });
  return app;
}

/** A reverse proxy on this machine comes from the loopback as well; it says for whom it asks. */
function isLocal(c: Context): boolean {
  if (forwarded.some((name) => c.req.header(name) !== undefined)) return false;
  const { address = "" } = getConnInfo(c).remote;
  return /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(address);
}

function showsToken(c: Context, token: string | undefined): boolean {
  const shown = /^bearer +(\S+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
  if (token === undefined || shown === undefined) return false;
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(shown), digest(token));
}
