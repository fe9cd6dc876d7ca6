// What each model API is like: where it is, what an agent may ask of it, how its key is shown and its errors are told.
import { z } from "zod";

export const ProviderName = z.enum(["anthropic", "openai", "gemini"]);
export type ProviderName = z.infer<typeof ProviderName>;

/** A configured provider; without a key for a gateway that asks for none. */
interface Provider {
  baseUrl: string;
  apiKey?: string | undefined;
  /** True when its name may lead to public addresses only. An address that is written out is what was meant. */
  publicOnly?: boolean | undefined;
}
export type Providers = { [Name in ProviderName]?: Provider | undefined };

/** The language of a call: what its request may say, and in which words its answer tells what it used. */
export type CallKind = "anthropic" | "responses" | "chat" | "gemini";

export interface Endpoint {
  method: "GET" | "POST";
  /** The door's path after the provider's name, matched whole; nothing that needs an escape is in any of them. */
  path: RegExp;
  /** Of a call with a body. */
  kind?: CallKind;
  /** True when a model works for it: it costs and it counts. */
  billed?: true;
  /** Query parameters that are passed on; all others are dropped. */
  query: readonly string[];
}

interface Dialect {
  endpoints: readonly Endpoint[];
  /** Where the version segment belongs to the path of the door and not to the configured address. */
  upstreamUrl(baseUrl: string, path: string): URL;
  credentials(apiKey: string): Record<string, string>;
  error(status: number, message: string): object;
  /** The status after which its CLI gives up at once (seen with Claude Code 2.1.330, Codex 0.169.0, Gemini CLI 0.61.0). */
  finalStatus: number;
}

/** A model's name in a path: it never begins with a dot, so that it can't lead anywhere else. */
const model = "[A-Za-z0-9][A-Za-z0-9._:-]{0,199}";
const pages = ["limit", "before_id", "after_id", "pageSize", "pageToken"] as const;

/** Anthropic: "API overview", "Errors"; OpenAI: "API reference"; Google: "Gemini API reference". */
export const dialects: Record<ProviderName, Dialect> = {
  anthropic: {
    endpoints: [
      { method: "POST", path: /^\/v1\/messages$/, kind: "anthropic", billed: true, query: ["beta"] },
      { method: "POST", path: /^\/v1\/messages\/count_tokens$/, kind: "anthropic", query: ["beta"] },
      { method: "GET", path: new RegExp(`^/v1/models(?:/${model})?$`), query: pages },
    ],
    upstreamUrl: (baseUrl, path) => new URL(baseUrl.replace(/\/v1$/, "") + path),
    credentials: (apiKey) => ({ "x-api-key": apiKey }),
    // After a 400 Claude Code asks five times more, each time for less.
    finalStatus: 403,
    error: (status, message) => ({ type: "error", error: { type: anthropicType(status), message } }),
  },
  openai: {
    endpoints: [
      { method: "POST", path: /^\/v1\/responses$/, kind: "responses", billed: true, query: [] },
      { method: "POST", path: /^\/v1\/chat\/completions$/, kind: "chat", billed: true, query: [] },
      { method: "GET", path: new RegExp(`^/v1/models(?:/${model})?$`), query: pages },
    ],
    // Compatible servers have versions of their own: …/api/paas/v4, …/v1beta/openai.
    upstreamUrl: (baseUrl, path) =>
      new URL(
        /\/v\d+[a-z]*\d*(?:\/|$)/.test(new URL(baseUrl).pathname)
          ? baseUrl + path.replace(/^\/v1/, "")
          : baseUrl + path,
      ),
    // After a 403 Codex connects anew.
    finalStatus: 400,
    credentials: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    error: (status, message) => ({
      error: {
        message,
        type: status < 500 ? "invalid_request_error" : "server_error",
        param: null,
        code: null,
      },
    }),
  },
  gemini: {
    endpoints: [
      {
        method: "POST",
        path: new RegExp(`^/v1beta/models/${model}:(?:generateContent|streamGenerateContent)$`),
        kind: "gemini",
        billed: true,
        query: ["alt"],
      },
      {
        method: "POST",
        path: new RegExp(`^/v1beta/models/${model}:countTokens$`),
        kind: "gemini",
        query: [],
      },
    ],
    upstreamUrl: (baseUrl, path) => new URL(baseUrl.replace(/\/v1beta$/, "") + path),
    finalStatus: 400,
    credentials: (apiKey) => ({ "x-goog-api-key": apiKey }),
    error: (status, message) => ({ error: { code: status, message, status: googleStatus(status) } }),
  },
};

function anthropicType(status: number): string {
  const types: Record<number, string> = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
  };
  return types[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
}

function googleStatus(status: number): string {
  const names: Record<number, string> = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    502: "UNAVAILABLE",
  };
  return names[status] ?? (status < 500 ? "INVALID_ARGUMENT" : "INTERNAL");
}
