// Failures of the database that pass by themselves: it is away, it restarts, two transactions met.
import { TransientError, explain } from "../../errors.ts";

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/18/errcodes-appendix.html). */
const passingStates = /^(?:08|57P0[1-4]|53300|53400|25P0[2-4]|57014|55P03)/;
/** Of the two transactions that met, one is to be done again at once. */
const collisions = new Set(["40001", "40P01"]);
const passingErrnos = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EAI_AGAIN",
  "ENOTFOUND",
]);
/** What the driver says when a connection breaks or nothing comes back (its errors have no code then). */
const passingWords =
  /connection terminated|connection ended|connection timeout|timeout exceeded when trying to connect|query read timeout|not queryable|transaction is already settled|rollback did not complete/i;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Whether the same may go well a little later. */
function isPassing(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof AggregateError && at.errors.some(isPassing)) return true;
    const code = codeOf(at);
    if (passingStates.test(code) || passingErrnos.has(code) || collisions.has(code)) return true;
    if (passingWords.test(at.message)) return true;
  }
  return false;
}

export function isCollision(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (collisions.has(codeOf(at))) return true;
  return false;
}

/** The error as callers get it: transient when it passes, else as it is. */
export function asThrown(action: string, error: unknown): unknown {
  if (!isPassing(error) || error instanceof TransientError) return error;
  return new TransientError(`${action}: the database is away (${explain(error)})`, {
    cause: error,
    code: "internal",
  });
}
