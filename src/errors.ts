// The two errors that carry meaning. Anything else that is thrown is a bug and is reported as one.
import type { ErrorCode } from "./job/error-code.ts";

/**
 * Something a person can mend. Its message is safe to post on GitHub and says what to do.
 * `code` is the class of failure that ends up in result.json.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: ErrorCode;
  constructor(message: string, options: ErrorOptions & { code?: ErrorCode } = {}) {
    super(message, options);
    this.code = options.code ?? "policy";
  }
}

/** Something that may go better next time: a 5xx, a rate limit, a cut connection. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  readonly code: ErrorCode;
  /** How long to wait at least before the next try, when the other side said so. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { code?: ErrorCode; retryAfterMs?: number } = {}) {
    super(message, options);
    this.code = options.code ?? "github";
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What the system says when it has no room, no handle or no connection now. man 3 errno */
const lackOfResources: ReadonlySet<unknown> = new Set(
  (
    "ENOSPC EDQUOT EIO EROFS EMFILE ENFILE ENOMEM EAGAIN EBUSY " +
    "ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EAI_AGAIN"
  ).split(" "),
);

/** Whether an error, or one of its causes, is the system's own: it passes, and is no bug. */
export function isLackOfResources(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && lackOfResources.has(at.code)) return true;
  }
  return false;
}

/** An error's message with those of its causes, joined by ": ", for logs and error.message fields. */
export function explain(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 8;) {
    if (at instanceof AggregateError && at.errors.length > 0) parts.push(at.errors.map(explain).join("; "));
    else parts.push(at instanceof Error ? at.message : typeof at === "string" ? at : JSON.stringify(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.filter((part) => part !== "").join(": ");
}
