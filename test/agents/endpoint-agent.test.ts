// A model behind an endpoint as an agent, through the door that it really has.
import { mkdtemp } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AgentOutcome, AgentRequest } from "../../src/agents/agent.ts";
import { DescribedEndpoint } from "../../src/agents/described-endpoint.ts";
import { createEndpointAgent } from "../../src/agents/endpoint-agent.ts";
import type { Spent } from "../../src/sandbox/model/ledger.ts";
import { createPriceTable } from "../../src/sandbox/model/prices.ts";
import { openDoors } from "../sandbox/open-doors.ts";
import { startUpstream } from "../sandbox/upstream.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { ask } from "./requests.ts";

const root = await temporaryFolder();
const apiKey = "sk-the-endpoints-real-key";

interface Asked {
  outcome: AgentOutcome;
  events: string[];
  seen: { url: string; headers: Record<string, unknown>; body: string }[];
  spent: Spent;
}

async function run(
  answer: RequestListener,
  change: Partial<AgentRequest> = {},
  doors: { publicOnly?: boolean; host?: string; resolve?: () => Promise<string[]>; maxCostUsd?: number } = {},
): Promise<Asked> {
  const upstream = await startUpstream(answer);
  const url = doors.host === undefined ? upstream.url : `http://${doors.host}:${upstream.port}`;
  const description = DescribedEndpoint.parse({
    name: "local",
    kind: "http",
    url,
    model: "m-1",
    private_network: true,
  });
  const agent = createEndpointAgent(description);
  const opened = await openDoors(
    {
      providers: { openai: { baseUrl: url, apiKey, publicOnly: doors.publicOnly } },
      prices: createPriceTable({ "m-1": { input: 1, output: 10 } }),
      ...(doors.resolve && { resolve: doors.resolve }),
    },
    {
      over: "tcp",
      folder: await mkdtemp(join(root, "step-")),
      limits: { maxCostUsd: doors.maxCostUsd, maxRequests: undefined },
    },
  );
  const { request, events } = ask({
    gateways: opened.gateways,
    token: opened.token,
    readOnly: true,
    role: "reviewer",
    ...change,
  });
  const outcome = await agent.run(request);
  return { outcome, events: events.map(({ type }) => type), seen: upstream.seen, spent: opened.spent() };
}

const stream =
  (...parts: (object | string)[]): RequestListener =>
  (req, res) => {
    req.resume();
    res.writeHead(200, { "content-type": "text/event-stream" });
    for (const part of parts)
      res.write(`data: ${typeof part === "string" ? part : JSON.stringify(part)}\n\n`);
    res.end();
  };
const says = (content: string, finish?: string) => ({
  model: "m-1",
  choices: [{ delta: { content }, finish_reason: finish ?? null }],
});
const usage = { model: "m-1", choices: [], usage: { prompt_tokens: 1000, completion_tokens: 100 } };

test("its answer is the report; the key is added on the way, and what it used is counted", async () => {
  const { outcome, events, seen, spent } = await run(
    stream(says("# Review\n"), says("\nGood."), says("", "stop"), usage, "[DONE]"),
    { prompt: "Look at this." },
  );
  expect(outcome).toEqual({
    status: "success",
    report: "# Review\n\nGood.\n",
    error: undefined,
    sessionId: undefined,
    costUsd: undefined,
    tokensIn: 1000,
    tokensOut: 100,
    warnings: [],
  });
  expect(events).toEqual(["usage", "final"]);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    url: "/v1/chat/completions",
    headers: { authorization: `Bearer ${apiKey}` },
  });
  expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
    model: "m-1",
    messages: [{ role: "user", content: "Look at this." }],
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(spent).toMatchObject({ requests: 1, costUsd: 0.002 });
});

test("lines that can't be read are counted and told, and the rest is the answer", async () => {
  const good = JSON.stringify({ choices: [{ delta: { content: "Good." }, finish_reason: "stop" }] });
  const { outcome } = await run((req, res) => {
    req.resume();
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.end(`${"data: {not json\n\n".repeat(25)}data: ${good}\n\ndata: [DONE]\n\n`);
  });
  expect(outcome).toMatchObject({
    status: "success",
    report: "Good.\n",
    warnings: ["25 lines of the answer of local could not be read; events.jsonl keeps the first of them"],
  });
});

test("an answer that is no stream is read as well; the step's model is asked for", async () => {
  const { outcome, seen } = await run(
    (req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "application/json" });
      res.end(JSON.stringify({ choices: [{ message: { content: "Good." }, finish_reason: "stop" }] }));
    },
    { model: "m-2", readOnly: false, allowedTools: ["Read"] },
  );
  expect(outcome).toMatchObject({
    status: "success",
    report: "Good.\n",
    tokensIn: undefined,
    warnings: ["local only writes reports; it can't change files", "allowed_tools: local has no tools"],
  });
  expect(seen[0]?.body).toContain('"model":"m-2"');
});

const refuses =
  (status: number, message: string): RequestListener =>
  (req, res) => {
    req.resume();
    res.writeHead(status, { "content-type": "application/json" });
    res.end(JSON.stringify({ error: { message } }));
  };
const nothing: RequestListener = (req) => void req.resume();

describe("what goes wrong", () => {
  test.each<[string, RequestListener, AgentOutcome["status"], string]>([
    ["401", refuses(401, "bad key"), "failed", "auth"],
    ["429", refuses(429, "slow down"), "retryable", "rate_limited"],
    ["500", refuses(500, "oh"), "retryable", "overloaded"],
    [
      "a prompt that is too long",
      refuses(400, "maximum context length is 8192"),
      "failed",
      "context_too_long",
    ],
    ["a refusal", stream(says("", "content_filter")), "failed", "refused"],
    ["an answer without text", stream(says("", "stop")), "failed", "bad_output"],
    ["an answer that ends early", stream(says("Go")), "retryable", "overloaded"],
    [
      "an error within the stream",
      stream(says("Go"), { error: { message: "overloaded" } }),
      "retryable",
      "overloaded",
    ],
    ["no JSON", stream("{not json"), "retryable", "overloaded"],
    [
      "a broken connection",
      (req, res) => {
        req.resume();
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write(`data: ${JSON.stringify(says("Go"))}\n\n`, () => res.destroy());
      },
      "retryable",
      "overloaded",
    ],
  ])("%s", async (_cause, answer, status, code) => {
    const { outcome } = await run(answer);
    expect(outcome).toMatchObject({ status, error: { code } });
    expect(JSON.stringify(outcome)).not.toContain(apiKey);
  });

  test("silence, and an answer without end", async () => {
    const silent = await run(nothing, { patience: { timeoutMs: 20_000, stallMs: 50 } });
    expect(silent.outcome).toMatchObject({ status: "retryable", error: { code: "stalled" } });
    const endless: RequestListener = (req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => res.write(`data: ${JSON.stringify(says("and "))}\n\n`), 5);
      res.once("close", () => clearInterval(timer));
    };
    const slow = await run(endless, { patience: { timeoutMs: 300, stallMs: 10_000 } });
    expect(slow.outcome).toMatchObject({ status: "timeout", error: { code: "timeout" } });
    expect(slow.outcome.report).toMatch(/^and and/);
  });

  test("far too much: what is kept is bounded", async () => {
    const line = `data: ${JSON.stringify(says("x".repeat(100_000)))}\n\n`;
    const { outcome } = await run((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      const more = (): void => {
        while (!res.destroyed && res.write(line));
        res.once("drain", more);
      };
      more();
    });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "output" } });
    expect(outcome.report.length).toBeLessThanOrEqual(200_001);
  });

  test("it is cancelled", async () => {
    const stop = new AbortController();
    const { outcome } = await run(
      (req, res) => {
        req.resume();
        res.writeHead(200, { "content-type": "text/event-stream" }).write("\n", () => stop.abort());
      },
      { signal: stop.signal },
    );
    expect(outcome).toMatchObject({ status: "cancelled", error: undefined });
  });

  test("a limit in USD and a model without a price", async () => {
    const { outcome, seen } = await run(nothing, { model: "dear" }, { maxCostUsd: 1 });
    expect(outcome).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("PRICES_FILE") },
    });
    expect(seen.filter(({ body }) => body !== "")).toEqual([]);
  });
});

describe("it reaches the named address only", () => {
  test("a redirect is not followed, and its target never sees the key", async () => {
    const elsewhere = await startUpstream(nothing);
    const { outcome } = await run((req, res) => {
      req.resume();
      res.writeHead(307, { location: `${elsewhere.url}/v1/chat/completions` }).end();
    });
    expect(outcome.status).not.toBe("success");
    expect(elsewhere.seen).toEqual([]);
  });

  test.each([["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"]])(
    "a name that leads to %s is refused",
    async (address) => {
      const { outcome, seen } = await run(
        stream(says("secret", "stop")),
        {},
        { host: "models.example.com", publicOnly: true, resolve: () => Promise.resolve([address]) },
      );
      expect(outcome.error?.message).toContain(`the name leads to ${address}, which no agent may reach`);
      expect(seen).toEqual([]);
    },
  );

  test("an address that is written out is what was meant", async () => {
    const { outcome } = await run(stream(says("Good.", "stop")), {}, { publicOnly: true });
    expect(outcome.status).toBe("success");
  });
});

describe("DescribedEndpoint refuses", () => {
  test.each([
    [{ url: "http://models.example.com/v1" }, /https, since the key/],
    [{ url: "http://10.0.0.7/v1" }, /https, since the key/],
    [{ url: "http://127.0.0.1.evil.com/v1" }, /https, since the key/],
    [{ url: "https://user:pass@models.example.com" }, /without user, password/],
    [{ url: "https://models.example.com/?key=1" }, /without user, password/],
    [{ url: "file:///etc/passwd" }, /http or https/],
    [{ key: "sk-the-endpoints-real-key" }, /the name of a variable/],
    [{ model: "" }, /Too small/],
    [{ headers: {} }, /Unrecognized key/],
  ])("%j", (change, message) => {
    const base = { name: "local", kind: "http", url: "https://models.example.com", model: "m-1" };
    expect(JSON.stringify(DescribedEndpoint.safeParse({ ...base, ...change }).error?.issues)).toMatch(
      message,
    );
  });
});
