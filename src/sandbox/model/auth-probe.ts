// Does a model API take the key that is configured? Asked by listing its models, which costs nothing.
import type { IncomingMessage } from "node:http";
import { dialects, ProviderName, type Providers } from "./provider.ts";
import { explain } from "../../errors.ts";
import { createUpstream } from "./upstream.ts";

export interface AuthProbe {
  provider: ProviderName;
  /**
   * `refused` and `forbidden`: the key is not taken, or not for this. `unsure`: something answers, but not in a way that
   * tells; many gateways list no models.
   */
  state: "ok" | "refused" | "forbidden" | "unreachable" | "unsure";
  /** What was seen, in words without the key. */
  found: string;
  /** What to do about it. */
  remedy: string | undefined;
  at: Date;
}

export interface AuthProbes {
  /** The providers that are configured. */
  names: ProviderName[];
  /** Asks, unless it was asked in the last five minutes. Never throws. */
  probe(name: ProviderName): Promise<AuthProbe>;
  /** What was seen last; undefined when it was never asked. */
  last(name: ProviderName): AuthProbe | undefined;
}

const freshMs = 300_000;
const patienceMs = 10_000;

/** Anthropic, "List Models"; OpenAI, "List models"; Google, "models.list". */
const modelLists: Record<ProviderName, { path: string; query: Record<string, string> }> = {
  anthropic: { path: "/v1/models", query: { limit: "1" } },
  openai: { path: "/v1/models", query: {} },
  gemini: { path: "/v1beta/models", query: { pageSize: "1" } },
};

/** The key is sent to the configured address and nowhere else: redirects are not followed. */
export function createAuthProbes(options: {
  providers: Providers;
  clock: () => Date;
  patience?: { ms: number };
}): AuthProbes {
  const { providers, clock } = options;
  const latest = new Map<ProviderName, AuthProbe>();
  const asking = new Map<ProviderName, Promise<AuthProbe>>();

  async function ask(provider: ProviderName): Promise<AuthProbe> {
    const seen = await look(provider, providers[provider], options.patience?.ms ?? patienceMs);
    const probe = { provider, ...seen, at: clock() };
    latest.set(provider, probe);
    return probe;
  }

  return {
    names: ProviderName.options.filter((name) => providers[name] !== undefined),
    last: (name) => latest.get(name),
    async probe(name) {
      const known = latest.get(name);
      if (known && Math.abs(clock().getTime() - known.at.getTime()) < freshMs) return known;
      const running = asking.get(name) ?? ask(name).finally(() => asking.delete(name));
      asking.set(name, running);
      return running;
    },
  };
}

type Seen = Pick<AuthProbe, "state" | "found" | "remedy">;

async function look(name: ProviderName, provider: Providers[ProviderName], ms: number): Promise<Seen> {
  const key = `${name.toUpperCase()}_API_KEY`;
  const address = `${name.toUpperCase()}_BASE_URL`;
  if (!provider) {
    return { state: "unsure", found: "not configured", remedy: `set ${key}, or ${address} for a gateway` };
  }
  const { path, query } = modelLists[name];
  const dialect = dialects[name];
  const upstream = createUpstream();
  try {
    const url = dialect.upstreamUrl(provider.baseUrl, path);
    for (const [field, value] of Object.entries(query)) url.searchParams.set(field, value);
    const { request, answered } = upstream.send(url, {
      method: "GET",
      headers: {
        accept: "application/json",
        ...(name === "anthropic" ? { "anthropic-version": "2023-06-01" } : {}),
        ...(provider.apiKey === undefined ? {} : dialect.credentials(provider.apiKey)),
      },
    });
    const late = AbortSignal.timeout(ms);
    late.addEventListener("abort", () => request.destroy(), { once: true });
    request.end();
    const answer = await answered.catch((error: unknown) => {
      throw late.aborted ? new Error(`no answer within ${ms / 1000} s`, { cause: error }) : error;
    });
    answer.resume();
    return judge(answer, { host: url.host, key, hasKey: provider.apiKey !== undefined });
  } catch (error) {
    const host = hostOf(provider.baseUrl);
    return {
      state: "unreachable",
      found: `${host} can't be reached: ${explain(error)}`,
      remedy: `see that this machine reaches ${host}, or correct ${address}`,
    };
  } finally {
    upstream.close();
  }
}

/** What an error's body says is not looked at: it may repeat the key. */
function judge(
  { statusCode = 0 }: IncomingMessage,
  { host, key, hasKey }: { host: string; key: string; hasKey: boolean },
): Seen {
  if (statusCode >= 200 && statusCode < 300) {
    const found = hasKey ? `${host} takes the key` : `${host} answers without a key`;
    return { state: "ok", found, remedy: undefined };
  }
  if (statusCode === 401) {
    const why = hasKey ? "does not take the key" : "wants a key";
    return { state: "refused", found: `${host} ${why} (401)`, remedy: `set ${key} to a valid key` };
  }
  if (statusCode === 403) {
    return {
      state: "forbidden",
      found: `${host} forbids it (403)`,
      remedy: `see what the key in ${key} may do, and from where`,
    };
  }
  if (statusCode === 400 && hasKey && host.endsWith("googleapis.com")) {
    // Google, "Troubleshooting": API_KEY_INVALID comes with 400.
    return {
      state: "refused",
      found: `${host} does not take the key (400)`,
      remedy: `set ${key} to a valid key`,
    };
  }
  return {
    state: "unsure",
    found: `${host} answers with status ${statusCode}, which tells nothing of the key`,
    remedy: undefined,
  };
}

function hostOf(baseUrl: string): string {
  return URL.parse(baseUrl)?.host ?? "the configured address";
}
