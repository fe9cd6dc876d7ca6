// What an endpoint is: who may call it, and what it answers.
import type { z } from "zod";
import { invalidRequest, mustBeApp, requiresAuthentication } from "../guesses.ts";
import type { Actor } from "../app/authenticate.ts";
import type { Need } from "../app/permissions.ts";
import type { Route } from "../openapi/served.ts";
import type { Repository } from "../model/state.ts";
import { type World, botLogin } from "../model/world.ts";
import type { Sender } from "../webhooks/sender.ts";

export interface Call {
  world: World;
  sender: Sender;
  actor: Actor;
  params: Record<string, string>;
  query: URLSearchParams;
  /** The address that was asked, for Link headers. */
  url: URL;
  body: unknown;
  accept: string;
  /** The repository of a `/repos/{owner}/{repo}` path. Throws in other places: a bug of the stand-in. */
  repository: () => Repository;
  /** Repeats the permission check for a case that only the handler knows. */
  require: (...needs: Need[]) => void;
}

export interface Answer {
  status: number;
  body?: unknown;
  /** Another media type than JSON. */
  raw?: { type: string; content: string | Uint8Array<ArrayBuffer> };
  headers?: Record<string, string>;
}

export interface Endpoint {
  /** Whoever proves to be the App, anyone with a token, anyone at all, or these permissions on the repository. */
  who: "app" | "token" | "anyone" | Need[];
  handle: (call: Call) => Answer | Promise<Answer>;
}

export type Endpoints = Partial<Record<Route, Endpoint>>;

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent = (): Answer => ({ status: 204 });

/** A part of the path as a number. */
export function numberParam(call: Call, name: string): number {
  return Number(call.params[name]);
}

export function param(call: Call, name: string): string {
  return call.params[name] ?? "";
}

/** The body as the handler needs it. Throws GitHub's 422 where the description was more generous than we are. */
export function bodyAs<T>(call: Call, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(call.body ?? {});
  if (parsed.success) return parsed.data;
  throw invalidRequest(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
}

/** The login that acts. Throws for an actor that is nobody. */
export function loginOf(call: Call): string {
  switch (call.actor.kind) {
    case "installation":
      return botLogin(call.world);
    case "user":
      return call.actor.user.login;
    case "app":
      throw mustBeApp();
    case "anonymous":
      throw requiresAuthentication();
  }
}
