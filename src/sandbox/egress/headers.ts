// Header fields on their way through the egress proxy. Pure.

/** Between two neighbours only (RFC 9110, 7.6.1; RFC 9112, 9.6 and the proxies' own). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/**
 * The fields of a message to be sent on, as [name, value] pairs in their order: without what concerns only this hop
 * and what `Connection` names, without `Host` and `Content-Length`, which the sender sets anew from what it knows.
 */
export function endToEndHeaders(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
  const named = pairs
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(",").map((word) => word.trim().toLowerCase()));
  const dropped = new Set([...hopByHop, ...named, "host", "content-length"]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()));
}
