// Loopback alone does not keep a web page of somewhere else from posting here: its browser says where it is.

/** Whether a request comes from our own pages or from no browser at all, and asks for us by a local name. */
export function isSameSite(headers: Headers, method: string): boolean {
  const host = (headers.get("host") ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) return false;
  const origin = headers.get("origin");
  if (method === "GET" || origin === null) return true;
  return origin.replace(/^https?:\/\//, "") === headers.get("host");
}
