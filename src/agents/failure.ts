// What a model's API or a CLI said, as a class of failure. Pure.
import type { ErrorCode } from "../job/error-code.ts";

export interface Failure {
  code: ErrorCode;
  /** Whether the same request may go better later. */
  retryable: boolean;
}

const byText: readonly { pattern: RegExp; failure: Failure }[] = [
  {
    pattern:
      /context[ _]?(?:length|window|overflow)|prompt is too long|input (?:is )?too long|maximum context|too many (?:input )?tokens|request too large/i,
    failure: { code: "context_too_long", retryable: false },
  },
  {
    pattern:
      /usage polic|content[ _]?(?:filter|policy|management)|safety (?:system|polic)|\brefus(?:ed|al)\b|invalid_prompt/i,
    failure: { code: "refused", retryable: false },
  },
  {
    // Waiting doesn't bring money.
    pattern: /insufficient[ _]quota|credit balance|billing|usage limit/i,
    failure: { code: "rate_limited", retryable: false },
  },
  {
    pattern:
      /invalid (?:x-)?api[ -]?key|incorrect api key|authenticat|unauthori[sz]ed|not logged in|\/login\b|forbidden/i,
    failure: { code: "auth", retryable: false },
  },
  { pattern: /rate[ _-]?limit|too many requests/i, failure: { code: "rate_limited", retryable: true } },
  {
    pattern:
      /overloaded|high demand|calling the model API|broke off its answer|service unavailable|bad gateway|internal server error|ECONNRE|ENOTFOUND|ETIMEDOUT|connection (?:error|refused|reset|closed)|stream disconnected|fetch failed|timed? ?out/i,
    failure: { code: "overloaded", retryable: true },
  },
  { pattern: /JSON pars(?:e|ing)/i, failure: { code: "bad_output", retryable: true } },
];

/**
 * Classifies an error by the HTTP status, when one is known, and by what was said; undefined when neither tells.
 * Statuses: RFC 9110, section 15; 529 is Anthropic's "overloaded" (API documentation, Errors).
 */
export function classifyFailure(said: {
  httpStatus?: number | undefined;
  text: string;
}): Failure | undefined {
  const status = said.httpStatus ?? httpStatusIn(said.text);
  const told = byText.find(({ pattern }) => pattern.test(said.text))?.failure;
  // A status is certain, but these three hide behind 400, 403, 413 and 429.
  if (told && (told.code === "context_too_long" || told.code === "refused")) return told;
  if (told?.code === "rate_limited" && !told.retryable) return told;
  if (status === undefined) return told;
  if (status === 401 || status === 403) return { code: "auth", retryable: false };
  if (status === 413) return { code: "context_too_long", retryable: false };
  if (status === 429) return { code: "rate_limited", retryable: true };
  if (status === 408 || status >= 500) return { code: "overloaded", retryable: true };
  if (status === 404) return { code: "invalid_job", retryable: false };
  return told;
}

/** The HTTP status that a message names, such as "unexpected status 401 Unauthorized" (Codex) or "API Error: 529" (Claude). */
export function httpStatusIn(text: string): number | undefined {
  const match = /(?:\bstatus(?: code)?|\bHTTP(?:\/[\d.]+)?|\bAPI error)[ :=]*([1-5]\d\d)\b/i.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
