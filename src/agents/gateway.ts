// Model gateways that hold the real key themselves: the CLI gets their address and a key that opens nothing.

/** Not a secret: the gateway ignores it, but the CLIs refuse to start without one. */
export const dummyKey = "no-key-needed";

/** A gateway's base URL with its API version, `/v1` unless it names one. */
export function withVersion(baseUrl: string): string {
  const url = baseUrl.replace(/\/+$/, "");
  return /\/v\d+[a-z]*\d*$/.test(url) ? url : `${url}/v1`;
}

/** A gateway's base URL without an API version. */
export function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
}
