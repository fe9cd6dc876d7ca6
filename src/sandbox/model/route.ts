// Which call of which provider a request means. Pure.
import { dialects, type Endpoint, ProviderName, type Providers } from "./provider.ts";

export interface Route {
  provider: ProviderName;
  endpoint: Endpoint;
  /** Where it is sent: always the configured address. */
  url: URL;
  /** The path after the provider's name. */
  path: string;
}

export type Routing =
  | { route: Route }
  /** `provider` tells in whose words to refuse. */
  | { refused: string; status: number; provider: ProviderName };

/**
 * Reads the request target as it came, in origin-form only (RFC 9112, 3.2.1). Paths are compared as they are: what has
 * an escape, a dot segment or a second slash is none of the endpoints.
 */
export function route(method: string, target: string, providers: Providers): Routing {
  const [, name, path = "", query = ""] =
    /^\/([a-z]+)(\/[\u0021-\u007e]*?)?(?:\?([\u0021-\u007e]*))?$/.exec(target) ?? [];
  const parsed = ProviderName.safeParse(name);
  if (!parsed.success) {
    return {
      refused: "there is no such path here; there are /anthropic, /openai and /gemini",
      status: 404,
      provider: "openai",
    };
  }
  const provider = parsed.data;
  const configured = providers[provider];
  if (!configured) return { refused: `no ${provider} provider is configured`, status: 404, provider };
  const { endpoints, upstreamUrl } = dialects[provider];
  const endpoint = endpoints.find((each) => each.method === method && each.path.test(path));
  if (!endpoint) {
    return {
      refused: `${method} ${path.slice(0, 200)} is not one of the model calls that an agent may make`,
      status: 404,
      provider,
    };
  }
  const url = upstreamUrl(configured.baseUrl, path);
  for (const [key, value] of new URLSearchParams(query)) {
    if (endpoint.query.includes(key)) url.searchParams.append(key, value);
  }
  return { route: { provider, endpoint, url, path } };
}
