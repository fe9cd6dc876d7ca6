// The front door: which part of GitHub is asked, with the log and the faults in front of all of them.
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { type Actor, actorName, authenticate } from "../app/authenticate.ts";
import type { Faults } from "../faults.ts";
import { isGitPath, serveGit } from "../git/smart-http.ts";
import type { World } from "../model/world.ts";
import { type RestOptions, dispatch } from "../rest/dispatch.ts";
import { HttpError } from "../rest/http-error.ts";
import { isRestPath } from "../rest/match.ts";
import { byName, movedAnswer } from "./moved.ts";
import { isSameSite } from "./same-site.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";

export interface FrontDoorOptions extends RestOptions {
  requests: RequestLog;
  faults: Faults;
  graphql: (body: string, actor: Actor) => Promise<Response>;
  demo: Hono;
  web: Hono;
  log: (message: string) => void;
}

const foreign = { message: "only for programs and pages of this machine" };

type Env = { Bindings: HttpBindings };

/** The whole stand-in as one Hono app. */
export function createFrontDoor(options: FrontDoorOptions): Hono<Env> {
  const { world } = options;
  const app = new Hono<Env>();
  app.use("/_demo/*", async (c, next) => {
    if (!isSameSite(c.req.raw.headers, c.req.method)) return c.json(foreign, 403);
    return next();
  });
  app.route("/_demo", options.demo);
  app.all("*", async (c, next) => {
    const url = publicUrl(world, c.req.raw);
    const asked = url.pathname.replace(/^\/api\/v3(?=\/|$)/, "") || "/";
    const path = byName(world, asked);
    const isGit = isGitPath(url.pathname) !== null;
    const isGraphql = url.pathname === "/graphql" || url.pathname === "/api/graphql";
    if (!isGit && !isGraphql && !url.pathname.startsWith("/api/v3") && !isRestPath(path)) {
      return isSameSite(c.req.raw.headers, c.req.method) ? next() : c.json(foreign, 403);
    }
    const { method } = c.req;
    const body = isGit || method === "GET" ? "" : await c.req.text();
    const proven = tryAuthenticate(world, c.req.header("authorization"));
    const entry: LoggedRequest = {
      at: world.clock().toISOString(),
      method,
      path,
      query: url.search,
      actor: proven instanceof HttpError ? "unknown" : actorName(world, proven),
      status: null,
      body,
    };
    options.requests.arrive(entry);

    const answer = async (): Promise<Response> => {
      const moved = movedAnswer(world, method, url);
      if (moved) return moved;
      if (isGit) {
        const actor = proven instanceof HttpError ? null : proven;
        return serveGit(world, c.req.raw, url, actor, options.save);
      }
      if (proven instanceof HttpError) throw proven;
      if (isGraphql) return options.graphql(body, proven);
      return dispatch(options, { method, path, url, headers: c.req.raw.headers, body, actor: proven });
    };
    const response = await withFaults(options, { method, path, body }, () => answered(options, answer));
    options.requests.answer(entry, response?.status ?? 0);
    if (response) return response;
    c.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  });
  app.route("/", options.web);
  return app;
}

/** The answer, with errors turned into GitHub's; what is not GitHub's becomes a 500 that says so. */
async function answered(options: FrontDoorOptions, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof HttpError) return refusal(error);
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    options.violation(`the stand-in broke: ${message}`);
    options.log(message);
    return Response.json({ message: `the stand-in broke: ${message}` }, { status: 500 });
  }
}

/** Null means that the connection is to be cut. */
async function withFaults(
  { faults }: FrontDoorOptions,
  incoming: { method: string; path: string; body: string },
  answer: () => Promise<Response>,
): Promise<Response | null> {
  const fault = faults.take(incoming);
  if (!fault) return answer();
  const done = fault.target.after === true ? await answer() : null;
  const verdict = await faults.suffer(fault);
  if (verdict === "cut") return null;
  if (verdict instanceof HttpError) return refusal(verdict);
  return done ?? answer();
}

function refusal(error: HttpError): Response {
  return Response.json(error.body, {
    status: error.status,
    headers: { "content-type": "application/json; charset=utf-8", ...error.headers },
  });
}

function tryAuthenticate(world: World, header: string | undefined): Actor | HttpError {
  try {
    return authenticate(world, header);
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

function publicUrl(world: World, request: Request): URL {
  const { pathname, search } = new URL(request.url);
  return new URL(`${pathname}${search}`, world.base());
}
