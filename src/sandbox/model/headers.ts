// The header fields that pass the model door, in either direction: those that are named here and no others. Pure.
import type { IncomingHttpHeaders } from "node:http";

/** No credential of any kind is among them, no cookie, nothing that names another organization or host. */
const requestHeaders =
  /^(?:accept|content-type|user-agent|anthropic-version|anthropic-beta|openai-beta|originator|session[_-]id|conversation[_-]id|x-app|x-client-request-id|x-goog-api-client|x-stainless-[a-z-]+)$/;

const responseHeaders =
  /^(?:content-type|content-length|date|cache-control|retry-after|retry-after-ms|x-should-retry|request-id|x-request-id|x-goog-request-id|openai-processing-ms|openai-version|anthropic-ratelimit-[a-z-]+|x-ratelimit-[a-z-]+)$/;

/** What the agent's program says about its request. */
export function requestHeadersOf(headers: IncomingHttpHeaders): Record<string, string> {
  return pick(headers, requestHeaders);
}

/** What the provider says about its answer; a field with one of `secrets` in it is dropped. */
export function responseHeadersOf(
  headers: IncomingHttpHeaders,
  secrets: readonly string[],
): Record<string, string> {
  const picked = Object.entries(pick(headers, responseHeaders));
  return Object.fromEntries(picked.filter(([, value]) => !secrets.some((secret) => value.includes(secret))));
}

function pick(headers: IncomingHttpHeaders, allowed: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" && allowed.test(name) ? [[name, value]] : [],
    ),
  );
}
