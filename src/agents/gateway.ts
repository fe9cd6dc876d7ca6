// The addresses of the model gateways, as each CLI wants them.

/** A gateway's base URL with its API version, `/v1` unless it names one. */
export function withVersion(baseUrl: string): string {
  const url = baseUrl.replace(/\/+$/, "");
  return /\/v\d+[a-z]*\d*$/.test(url) ? url : `${url}/v1`;
}

/** A gateway's base URL without an API version. */
export function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "");
}
