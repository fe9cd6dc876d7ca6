// One REST request from door to door: who, what, allowed?, well-formed?, do it, is our answer well-formed?
import { createHash } from "node:crypto";
import type { Actor } from "../app/authenticate.ts";
import { acceptedHeader, authorize, type Need } from "../app/permissions.ts";
import {
  badAppToken,
  invalidAnswer,
  invalidRequest,
  malformedJson,
  notServed,
  requiresAuthentication,
} from "../guesses.ts";
import { type World, repositoryNamed } from "../model/world.ts";
import { validator } from "../openapi/validate.ts";
import type { Sender } from "../webhooks/sender.ts";
import type { Answer, Call, Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { HttpError } from "./http-error.ts";
import { match } from "./match.ts";
import { spend } from "./rate-limit.ts";

export interface RestRequest {
  method: string;
  /** Without `/api/v3`. */
  path: string;
  url: URL;
  headers: Headers;
  body: string;
  actor: Actor;
}

export interface RestOptions {
  world: World;
  sender: Sender;
  save: () => Promise<void>;
  /** An answer that breaks GitHub's description becomes a 500. */
  strict: boolean;
  violation: (text: string) => void;
}

/** Answers one REST request. Throws HttpError for every refusal. */
export async function dispatch(options: RestOptions, request: RestRequest): Promise<Response> {
  const { world } = options;
  const found = match(request.method, request.path);
  const endpoint = found ? endpoints[found.route] : undefined;
  if (!found || !endpoint) {
    options.violation(`not served: ${request.method} ${request.path}`);
    throw notServed(`${request.method} ${request.path}`);
  }
  const { route, params } = found;
  const { owner, repo } = params;
  const onRepository = owner !== undefined && repo !== undefined;
  const repository = () => repositoryNamed(world, `${owner ?? ""}/${repo ?? ""}`);
  const require = (...needs: Need[]) => authorize(world, request.actor, repository(), needs);
  try {
    admit(endpoint, request.actor, onRepository ? require : null);
  } catch (error) {
    // A refusal says which permission would do.
    if (error instanceof HttpError) Object.assign(error.headers, accepted(endpoint));
    throw error;
  }

  const body = parseBody(request);
  const query = Object.fromEntries(request.url.searchParams);
  const problems = validator().request(route, { path: params, query, body });
  if (problems.length > 0) throw invalidRequest(problems);

  const call: Call = {
    world,
    sender: options.sender,
    actor: request.actor,
    params,
    query: request.url.searchParams,
    url: request.url,
    body,
    accept: request.headers.get("accept") ?? "",
    repository,
    require,
  };
  const work = async () => endpoint.handle(call);
  const isRead = request.method === "GET";
  const answer = isRead || !onRepository ? await work() : await world.alone(repository(), work);
  if (!isRead) await options.save();

  const broken = answer.raw ? [] : validator().response(route, answer.status, answer.body);
  for (const problem of broken) options.violation(`${route} ${answer.status}: ${problem}`);
  if (broken.length > 0 && options.strict) throw invalidAnswer(broken);
  const headers = { ...spend(world, request.actor), ...accepted(endpoint), ...answer.headers };
  return respond(answer, headers, isRead ? request.headers.get("if-none-match") : null);
}

function admit(endpoint: Endpoint, actor: Actor, require: ((...needs: Need[]) => void) | null): void {
  const { who } = endpoint;
  if (who === "anyone") return;
  if (who === "app") {
    if (actor.kind !== "app") throw badAppToken();
    return;
  }
  if (who === "token") {
    if (actor.kind === "anonymous") throw requiresAuthentication();
    if (actor.kind === "app") throw requiresAuthentication();
    return;
  }
  require?.(...who);
}

function accepted({ who }: Endpoint): Record<string, string> {
  return Array.isArray(who) ? { "x-accepted-github-permissions": acceptedHeader(who) } : {};
}

function parseBody({ body }: RestRequest): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw malformedJson();
  }
}

function respond(answer: Answer, headers: Record<string, string>, known: string | null): Response {
  if (answer.body === undefined && !answer.raw) return new Response(null, { status: answer.status, headers });
  const content = answer.raw ? answer.raw.content : JSON.stringify(answer.body);
  const type = answer.raw ? answer.raw.type : "application/json; charset=utf-8";
  const etag = `W/"${createHash("sha256").update(content).digest("hex")}"`;
  const all = { ...headers, "content-type": type, etag, "cache-control": "private, max-age=60, s-maxage=60" };
  if (answer.status === 200 && known === etag) return new Response(null, { status: 304, headers: all });
  return new Response(content, { status: answer.status, headers: all });
}
