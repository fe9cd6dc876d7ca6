// The key that the agent holds: random for each step, good for this door alone.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Long enough for the CLIs that look at a key's length, and recognizable in a log. */
export function makeDummyKey(): string {
  return `patchbay-step-${randomBytes(24).toString("base64url")}`;
}

/**
 * True when a request carries `token` in one of the places where model CLIs put their key: `x-api-key`,
 * `Authorization: Bearer`, `x-goog-api-key`, `?key=`. Compares in constant time.
 */
export function carriesToken(headers: IncomingHttpHeaders, target: string, token: string): boolean {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const query = target.includes("?")
    ? new URLSearchParams(target.slice(target.indexOf("?"))).get("key")
    : null;
  const shown = [headers["x-api-key"], headers["x-goog-api-key"], bearer, query];
  // No early end: each place is compared.
  return shown.filter((key) => typeof key === "string" && equal(key, token)).length > 0;
}

function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
