import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { createAuthProbes } from "../../../src/sandbox/model/auth-probe.ts";
import { startUpstream } from "../upstream.ts";

const apiKey = "sk-very-secret-0123456789";
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, res) => {
    // As OpenAI does it, the answer repeats the key.
    res.writeHead(code, headers).end(JSON.stringify({ error: { message: `Incorrect API key: ${apiKey}` } }));
  };

async function probeWith(answer: RequestListener, name: "anthropic" | "openai" | "gemini" = "openai") {
  const upstream = await startUpstream(answer);
  const probes = createAuthProbes({
    providers: { [name]: { baseUrl: upstream.url, apiKey } },
    clock: () => new Date(),
    patience: { ms: 300 },
  });
  return { upstream, probes, probe: await probes.probe(name) };
}

describe("the key is shown as each provider wants it, to its list of models", () => {
  test.each([
    ["anthropic", "/v1/models?limit=1", { "x-api-key": apiKey, "anthropic-version": "2023-06-01" }],
    ["openai", "/v1/models", { authorization: `Bearer ${apiKey}` }],
    ["gemini", "/v1beta/models?pageSize=1", { "x-goog-api-key": apiKey }],
  ] as const)("%s", async (name, url, headers) => {
    const { upstream, probe } = await probeWith(status(200), name);
    expect(upstream.seen).toEqual([
      expect.objectContaining({ method: "GET", url, headers: expect.objectContaining(headers) }),
    ]);
    expect(probe).toMatchObject({ provider: name, state: "ok", remedy: undefined });
  });
});

describe("what comes back is told apart, with what to do, and never with the key", () => {
  test.each([
    [401, "refused", expect.stringContaining("OPENAI_API_KEY")],
    [403, "forbidden", expect.stringContaining("OPENAI_API_KEY")],
    [404, "unsure", undefined],
    [429, "unsure", undefined],
    [500, "unsure", undefined],
  ])("%i", async (code, state, remedy) => {
    const { probe } = await probeWith(status(code));
    expect(probe).toEqual({
      provider: "openai",
      state,
      remedy,
      found: expect.any(String),
      at: expect.any(Date),
    });
    expect(JSON.stringify(probe)).not.toContain("secret");
  });

  test("a gateway that needs no key but refuses is told so", async () => {
    const { url } = await startUpstream(status(401));
    const probes = createAuthProbes({ providers: { anthropic: { baseUrl: url } }, clock: () => new Date() });
    expect(await probes.probe("anthropic")).toMatchObject({
      state: "refused",
      found: expect.stringContaining("wants a key"),
    });
  });

  test("nobody there, and nobody who answers", async () => {
    const { upstream, probes } = await probeWith(() => undefined);
    expect(probes.last("openai")).toMatchObject({
      state: "unreachable",
      found: expect.stringContaining("no answer within 0.3 s"),
      remedy: expect.stringContaining("OPENAI_BASE_URL"),
    });
    await upstream.close();
    const again = createAuthProbes({
      providers: { openai: { baseUrl: upstream.url, apiKey } },
      clock: () => new Date(),
    });
    const probe = await again.probe("openai");
    expect(probe).toMatchObject({ state: "unreachable", found: expect.stringContaining("ECONNREFUSED") });
    expect(JSON.stringify(probe)).not.toContain("secret");
  });

  test("a redirect takes the key nowhere", async () => {
    const elsewhere = await startUpstream(status(200));
    const { probe } = await probeWith(status(302, { location: `${elsewhere.url}/v1/models` }));
    expect(probe.state).toBe("unsure");
    expect(elsewhere.seen).toEqual([]);
  });
});

test("it is asked at most every five minutes, and once by several at a time", async () => {
  let now = new Date("2026-07-28T12:00:00.000Z");
  const upstream = await startUpstream(status(200));
  const probes = createAuthProbes({
    providers: { openai: { baseUrl: upstream.url, apiKey } },
    clock: () => now,
  });
  expect(probes.names).toEqual(["openai"]);
  expect(probes.last("openai")).toBeUndefined();
  await Promise.all([probes.probe("openai"), probes.probe("openai")]);
  now = new Date("2026-07-28T12:04:59.000Z");
  await probes.probe("openai");
  expect(upstream.seen).toHaveLength(1);
  now = new Date("2026-07-28T12:05:01.000Z");
  expect((await probes.probe("openai")).at).toEqual(now);
  expect(upstream.seen).toHaveLength(2);
});
