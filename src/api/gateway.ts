// The door of the HTTP gateway: how often, who, how much; then the routes. Everything that goes wrong is a problem+json.
import { getConnInfo } from "@hono/node-server/conninfo";
import { type ErrorHandler, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { explain, isLackOfResources, TransientError, UserError } from "../errors.ts";
import type { Log } from "../log.ts";
import { askerOf, clientAddress } from "./client-address.ts";
import { openApiDocument } from "./openapi.ts";
import { Problem, problemResponse } from "./problem.ts";
import { createRateLimit } from "./rate-limit.ts";
import { pagePolicy, referencePage } from "./reference-page.ts";
import type { ApiToken, TokenStore } from "./token-file.ts";

export interface GatewayEnv {
  Variables: { token: ApiToken };
}

export interface GatewayOptions {
  tokens: Pick<TokenStore, "find">;
  trustedProxies: readonly string[];
  /** For each token, and for each address; 0: any number. */
  maxRequests: number;
  windowMs: number;
  maxBodyBytes: number;
  log: Pick<Log, "warn" | "error">;
}

const apiPath = "/api/v1";
const retryAfterSec = "10";

/** The gateway around `routes`, whose paths begin below /api/v1. */
export function createGateway(options: GatewayOptions, routes: Hono<GatewayEnv>): Hono<GatewayEnv> {
  const { log, maxBodyBytes } = options;
  const app = new Hono<GatewayEnv>().basePath(apiPath);
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
    c.header("X-Content-Type-Options", "nosniff");
  });
  const page = referencePage();
  const document = JSON.stringify(openApiDocument());
  // What there is, is no secret; what is in it is.
  app.get("/openapi.json", (c) => c.body(document, 200, { "Content-Type": "application/json" }));
  app.get("/docs", (c) => c.html(page, 200, { "Content-Security-Policy": pagePolicy }));
  app.use(door(options));
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (c) =>
        problemResponse(c, { status: 413, detail: `the body is larger than ${maxBodyBytes} bytes` }),
    }),
  );
  app.route("/", routes);
  app.all("*", (c) => problemResponse(c, { status: 404, detail: "there is no such resource" }));
  app.onError(createAnswerError(log));
  return app;
}

/** What went wrong as an answer; a bug's trace is in the log alone. */
export function createAnswerError(log: GatewayOptions["log"]): ErrorHandler {
  return (error, c) => {
    if (error instanceof Problem) return problemResponse(c, error.details);
    if (error instanceof UserError) return problemResponse(c, { status: 409, detail: error.message });
    if (error instanceof TransientError || isLackOfResources(error)) {
      log.warn({ reason: explain(error) }, "a request to the gateway can't be answered now");
      const headers = { "Retry-After": retryAfterSec };
      return problemResponse(c, { status: 503, detail: "this can't be done now; try again", headers });
    }
    log.error({ err: error }, "a bug ended a request to the gateway");
    return problemResponse(c, {
      status: 500,
      detail: "a bug in Patchbay; its operator finds the trace in the log",
    });
  };
}

/** Lets a request through that shows a known token, and not too often. */
function door(options: GatewayOptions): MiddlewareHandler<GatewayEnv> {
  const { tokens, trustedProxies, maxRequests, windowMs } = options;
  const byAddress = createRateLimit({ maxRequests, windowMs });
  const byToken = createRateLimit({ maxRequests, windowMs });

  function count(allowance: ReturnType<typeof byAddress>): void {
    if (allowance.allowed) return;
    const { retryAfterSec: wait } = allowance;
    const headers = { "Retry-After": String(wait) };
    throw new Problem({ status: 429, detail: `too many requests; the next one in ${wait} s`, headers });
  }

  return async (c, next) => {
    const remote = getConnInfo(c).remote.address ?? "";
    const forwardedFor = c.req.header("X-Forwarded-For");
    // Before the token is looked at: guessing is limited too.
    count(byAddress(askerOf(clientAddress({ remote, forwardedFor }, trustedProxies))));
    const shown = /^bearer +(\S+)$/i.exec(c.req.header("Authorization") ?? "")?.[1];
    const token = shown === undefined ? undefined : tokens.find(shown);
    if (!token) {
      const headers = { "WWW-Authenticate": "Bearer" };
      throw new Problem({
        status: 401,
        detail: "a token that is known is needed: Authorization: Bearer …",
        headers,
      });
    }
    count(byToken(token.id));
    c.set("token", token);
    await next();
  };
}
