import { describe, expect, test } from "vitest";
import { call, sendRaw } from "../client.ts";
import { openDoors } from "../open-doors.ts";
import { answersJson } from "../upstream.ts";
import { modelWorld, realKey } from "./model-world.ts";

const provider = answersJson({ id: "1" });
const body = '{"model":"m-1"}';

describe("the dummy key", () => {
  test.each<[string, string, (token: string) => Record<string, string>]>([
    ["x-api-key", "/anthropic/v1/messages", (token) => ({ "x-api-key": token })],
    ["Authorization", "/openai/v1/responses", (token) => ({ authorization: `Bearer ${token}` })],
    ["x-goog-api-key", "/gemini/v1beta/models/m-1:generateContent", (token) => ({ "x-goog-api-key": token })],
  ])("opens the door as %s, and only the real one leaves it", async (_, path, headers) => {
    const { doors, upstream } = await modelWorld(provider);
    const reply = await call(doors.model, path, { headers: headers(doors.token), body });
    expect(reply.status).toBe(200);
    const sent = JSON.stringify([upstream.seen[0]?.url, upstream.seen[0]?.headers]);
    expect(sent).toContain(realKey);
    expect(sent).not.toContain(doors.token);
  });

  test("opens it as ?key= too, which goes no further", async () => {
    const { doors, upstream } = await modelWorld(provider);
    const path = "/gemini/v1beta/models/m-1:streamGenerateContent?alt=sse&key=";
    expect((await call(doors.model, path + doors.token, { body })).status).toBe(200);
    expect(upstream.seen[0]?.url).toBe("/v1beta/models/m-1:streamGenerateContent?alt=sse");
  });

  test.each<[string, (token: string) => Record<string, string>]>([
    ["none", () => ({})],
    ["an empty one", () => ({ "x-api-key": "" })],
    ["a wrong one", (token) => ({ "x-api-key": `${token.slice(0, -1)}!` })],
    ["half of it", (token) => ({ "x-api-key": token.slice(0, 10) })],
    ["another scheme", (token) => ({ authorization: `Basic ${token}` })],
    ["the real key", () => ({ "x-api-key": realKey })],
    ["a header of another name", (token) => ({ "api-key": token })],
  ])("%s: refused, and the provider hears nothing", async (_, headers) => {
    const { doors, upstream } = await modelWorld(provider);
    // The provider itself would take it: it asks for no key.
    expect((await fetch(`${upstream.url}/v1/messages`, { method: "POST" })).status).toBe(200);
    upstream.seen.length = 0;
    const reply = await call(doors.model, "/anthropic/v1/messages", { headers: headers(doors.token), body });
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.body)).toMatchObject({ type: "error", error: { type: "authentication_error" } });
    expect(reply.headers["x-should-retry"]).toBe("false");
    expect(upstream.seen).toEqual([]);
    expect(doors.decisions).toMatchObject([{ target: "/anthropic/v1/messages", allowed: false }]);
  });

  test("each step has its own", async () => {
    const first = await modelWorld(provider);
    const second = await modelWorld(provider);
    const headers = { "x-api-key": first.doors.token };
    expect((await call(second.doors.model, "/anthropic/v1/messages", { headers, body })).status).toBe(401);
  });
});

describe("only model calls pass", () => {
  test.each([
    ["GET", "/anthropic/v1/models"],
    ["GET", "/anthropic/v1/models/claude-x?limit=1000"],
    ["POST", "/anthropic/v1/messages/count_tokens?beta=true"],
    ["GET", "/openai/v1/models/ft:gpt-4o:acme"],
    ["POST", "/openai/v1/chat/completions"],
    ["POST", "/gemini/v1beta/models/m-1:countTokens"],
  ])("%s %s", async (method, path) => {
    const { doors, upstream } = await modelWorld(provider);
    const headers = { "x-api-key": doors.token };
    const reply = await call(doors.model, path, { method, headers, ...(method === "POST" ? { body } : {}) });
    expect(reply.status).toBe(200);
    expect(upstream.seen).toMatchObject([{ method, url: path.replace(/^\/[a-z]+/, "") }]);
  });

  test.each([
    ["POST", "/anthropic/v1/files"],
    ["GET", "/anthropic/v1/files"],
    ["POST", "/anthropic/v1/messages/batches"],
    ["GET", "/anthropic/v1/organizations/api_keys"],
    ["GET", "/anthropic/v1/messages"],
    ["DELETE", "/anthropic/v1/models/x"],
    ["PUT", "/anthropic/v1/messages"],
    ["OPTIONS", "/anthropic/v1/messages"],
    ["POST", "/openai/v1/files"],
    ["POST", "/openai/v1/fine_tuning/jobs"],
    ["GET", "/openai/v1/responses/resp_1"],
    ["POST", "/openai/v1/responses/resp_1/cancel"],
    ["GET", "/openai/v1/organization/admin_api_keys"],
    ["POST", "/gemini/v1beta/files"],
    ["POST", "/gemini/v1beta/models/m-1:batchGenerateContent"],
    ["POST", "/gemini/v1beta/tunedModels/x:generateContent"],
    ["POST", "/anthropic/../openai/v1/files"],
    ["POST", "/anthropic/v1/messages/../files"],
    ["POST", "/anthropic/v1/./messages"],
    ["GET", "/anthropic/v1/models/.."],
    ["GET", "/anthropic/v1/models/..%2ffiles"],
    ["GET", "/anthropic/v1/models/%2e%2e/files"],
    ["POST", "/anthropic/v1%2fmessages"],
    ["POST", "/anthropic//v1/messages"],
    ["POST", "/anthropic/v1/messages/"],
    ["POST", "/anthropic/v1/messages;x=1"],
    ["POST", "/anthropic/v1\\messages"],
    ["POST", "/Anthropic/v1/messages"],
    ["POST", "/anthropic@attacker.test/v1/messages"],
    ["POST", "/gemini/v1beta/models/../files:generateContent"],
    ["POST", "/gemini/v1beta/models/a/b:generateContent"],
    ["POST", "/v1/messages"],
    ["POST", "/"],
    ["POST", "/other/v1/messages"],
  ])("not %s %s", async (method, path) => {
    const { doors, upstream } = await modelWorld(provider);
    const reply = await sendRaw(
      doors.model,
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nx-api-key: ${doors.token}\r\nContent-Length: 0\r\n\r\n`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 404 /);
    expect(reply).toMatch(/"message":"Patchbay: /);
    expect(upstream.seen).toEqual([]);
  });

  test("a provider that is not configured is not there", async () => {
    const doors = await openDoors({ providers: { openai: { baseUrl: "http://127.0.0.1:9" } } });
    const reply = await call(doors.model, "/gemini/v1beta/models/m-1:generateContent", {
      headers: { "x-goog-api-key": doors.token },
      body,
    });
    expect(reply.status).toBe(404);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
    expect(doors.gateways).toEqual({ openai: "http://127.0.0.1:3129/openai" });
  });
});

describe("nothing but its own paths", () => {
  test.each([
    [
      "an absolute URL",
      (token: string) =>
        `POST http://attacker.test/anthropic/v1/messages HTTP/1.1\r\nHost: attacker.test\r\nx-api-key: ${token}\r\nContent-Length: 15\r\n\r\n${body}`,
      404,
    ],
    ["CONNECT", () => "CONNECT api.anthropic.com:443 HTTP/1.1\r\nHost: api.anthropic.com:443\r\n\r\n", 405],
    [
      "no Host",
      (token: string) => `POST /anthropic/v1/messages HTTP/1.1\r\nx-api-key: ${token}\r\n\r\n`,
      400,
    ],
    [
      "two lengths",
      (token: string) =>
        `POST /anthropic/v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${token}\r\nContent-Length: 15\r\nContent-Length: 5\r\n\r\n${body}`,
      400,
    ],
    [
      "a length and chunks",
      (token: string) =>
        `POST /anthropic/v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${token}\r\nContent-Length: 15\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      "a folded header",
      (token: string) =>
        `POST /anthropic/v1/messages HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n b\r\nx-api-key: ${token}\r\n\r\n`,
      400,
    ],
    [
      "bare line feeds",
      (token: string) => `POST /anthropic/v1/messages HTTP/1.1\nHost: x\nx-api-key: ${token}\n\n`,
      400,
    ],
    ["a request that is none", () => "\u0016\u0003\u0001\u0002\u0000\u0001", 400],
  ])("%s", async (_, bytes, status) => {
    const { doors, upstream } = await modelWorld(provider);
    const reply = await sendRaw(doors.model, bytes(doors.token));
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(reply.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(upstream.seen).toEqual([]);
  });

  test("a second request behind the first one's body is read as one of its own", async () => {
    const { doors, upstream } = await modelWorld(provider);
    const hidden = "GET /v1/files HTTP/1.1\r\nHost: x\r\n\r\n";
    const reply = await sendRaw(
      doors.model,
      `POST /anthropic/v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${doors.token}\r\nContent-Length: ${body.length}\r\n\r\n${body}${hidden}`,
    );
    expect(reply.match(/HTTP\/1\.1 \d{3}/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401"]);
    expect(upstream.seen.map(({ url }) => url)).toEqual(["/v1/messages"]);
  });

  test("an upgrade does not reach the provider", async () => {
    const { doors, upstream } = await modelWorld(provider);
    const reply = await call(doors.model, "/openai/v1/models", {
      method: "GET",
      headers: {
        authorization: `Bearer ${doors.token}`,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-key": "x",
        "sec-websocket-version": "13",
      },
    });
    expect(reply.status).toBe(200);
    const names = Object.keys(upstream.seen[0]?.headers ?? {});
    expect(names.filter((name) => name === "upgrade" || name.startsWith("sec-"))).toEqual([]);
  });

  test("whatever Host, forwarding and credential fields it sends, the provider gets ours", async () => {
    const { doors, upstream, ask } = await modelWorld(provider);
    await ask(
      "/anthropic/v1/messages",
      {},
      {
        host: "attacker.test",
        authorization: "Bearer sk-someone-else",
        cookie: "session=1",
        "proxy-authorization": "Basic eA==",
        "x-forwarded-host": "attacker.test",
        "x-original-url": "/v1/files",
        "x-http-method-override": "DELETE",
        "openai-organization": "org-other",
        "x-goog-api-key": "other",
        "api-key": "other",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "fine-grained-tool-streaming-2025-05-14",
      },
    );
    expect(upstream.seen[0]?.headers).toEqual({
      host: `127.0.0.1:${upstream.port}`,
      connection: "keep-alive",
      "content-type": "application/json",
      "content-length": "15",
      "accept-encoding": "identity",
      "x-api-key": realKey,
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "fine-grained-tool-streaming-2025-05-14",
    });
    expect(doors.decisions).toMatchObject([{ target: "anthropic/v1/messages", allowed: true, bytes_up: 15 }]);
  });
});

describe("a body", () => {
  test("that is compressed is refused", async () => {
    const { ask, upstream } = await modelWorld(provider);
    expect((await ask("/openai/v1/responses", {}, { "content-encoding": "zstd" })).status).toBe(415);
    expect(upstream.seen).toEqual([]);
  });

  test("that says to be longer than 64 MB is refused at once", async () => {
    const { doors, upstream } = await modelWorld(provider);
    const reply = await sendRaw(
      doors.model,
      `POST /anthropic/v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${doors.token}\r\nContent-Length: 67108865\r\n\r\n{`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 413 /);
    expect(upstream.seen).toEqual([]);
  });

  test("that goes on and on is refused when it gets there, and the provider never has the whole", async () => {
    const { doors, upstream } = await modelWorld(provider);
    const reply = await call(doors.model, "/anthropic/v1/messages", {
      headers: { "x-api-key": doors.token, "transfer-encoding": "chunked" },
      body: Buffer.concat([
        Buffer.from('{"model":"m-1","x":"'),
        Buffer.alloc(65 * 1024 * 1024, "x"),
        Buffer.from('"}'),
      ]),
    });
    expect(reply.status).toBe(413);
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ["that reaches out through the provider", { tools: [{ type: "web_fetch_20250910" }] }, 403],
    ["that names two models", { Model: "m-2" }, 400],
  ])("%s never arrives as a whole and costs nothing", async (_, part, status) => {
    const { ask, upstream, doors } = await modelWorld(provider);
    const reply = await ask("/anthropic/v1/messages", { filler: "x".repeat(200_000), ...part });
    expect(reply.status).toBe(status);
    expect(reply.headers["x-should-retry"]).toBe("false");
    expect(upstream.seen).toEqual([]);
    expect(doors.spent()).toMatchObject({ requests: 0, costUsd: 0 });
    expect(doors.decisions).toMatchObject([{ allowed: false }]);
    // The door is as good as before.
    expect((await ask()).status).toBe(200);
  });
});
