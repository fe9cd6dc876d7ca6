import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createGzip } from "node:zlib";
import { describe, expect, test } from "vitest";
import { call } from "../client.ts";
import { openDoors } from "../open-doors.ts";
import { answersJson, startUpstream } from "../upstream.ts";
import { event, messages, modelWorld, realKey } from "./model-world.ts";

describe("the key does not come back", () => {
  test("in a header: only harmless fields pass, and none with the key in it", async () => {
    const { ask } = await modelWorld(
      answersJson(
        {},
        {
          "x-api-key": realKey,
          "set-cookie": `k=${realKey}`,
          authorization: `Bearer ${realKey}`,
          "x-echo": realKey,
          "request-id": `req for ${realKey}`,
          "x-request-id": "req_1",
          "anthropic-ratelimit-requests-remaining": "7",
          "retry-after": "3",
          "anthropic-organization-id": "org",
          location: "https://x.test",
        },
      ),
    );
    const { headers } = await ask();
    expect(JSON.stringify(headers)).not.toContain(realKey);
    expect(Object.keys(headers).toSorted()).toEqual([
      "anthropic-ratelimit-requests-remaining",
      "connection",
      "content-type",
      "date",
      "keep-alive",
      "retry-after",
      "transfer-encoding",
      "x-request-id",
    ]);
  });

  test.each([200, 401])("in the body of a %d, whole or cut anywhere", async (status) => {
    const text = `{"error":"the key ${realKey} is not good, ${realKey}"}`;
    for (const size of [1, 3, 20, 1000]) {
      const { ask, upstream } = await modelWorld((req, res) => {
        req.resume();
        res.writeHead(status, { "content-type": "application/json", "content-length": text.length });
        const send = (at: number): void => {
          if (at >= text.length) return void res.end();
          res.write(text.slice(at, at + size), () => setImmediate(send, at + size));
        };
        send(0);
      });
      const direct = await fetch(upstream.url, { method: "POST" });
      expect(await direct.text()).toContain(realKey);
      const reply = await ask();
      expect(reply).toMatchObject({ status, body: text.replaceAll(realKey, "*".repeat(realKey.length)) });
    }
  });

  test("as an encoding that can't be read", async () => {
    const { ask } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      const zip = createGzip();
      zip.pipe(res);
      zip.end(JSON.stringify({ echo: realKey }));
    });
    const reply = await ask();
    expect(reply.status).toBe(502);
    expect(reply.body).toContain("encoding gzip");
  });
});

describe("the provider is the configured one and no other", () => {
  test("a redirect is told and not followed", async () => {
    const attacker = await startUpstream(answersJson({}));
    for (const status of [301, 302, 307, 308]) {
      const { ask, doors } = await modelWorld((req, res) => {
        req.resume();
        res.writeHead(status, { location: `${attacker.url}/v1/messages` });
        res.end();
      });
      const reply = await ask();
      expect(reply.status).toBe(502);
      expect(reply.headers["location"]).toBeUndefined();
      expect(JSON.parse(reply.body)).toMatchObject({ error: { type: "api_error" } });
      expect(doors.spent()).toMatchObject({ requests: 1, costUsd: 0 });
    }
    expect(attacker.seen).toEqual([]);
    // fetch would have gone there, with the key.
    const { upstream } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(307, { location: `${attacker.url}/v1/messages` });
      res.end();
    });
    await fetch(upstream.url, { method: "POST", headers: { "x-api-key": realKey }, body: "{}" });
    expect(attacker.seen).toMatchObject([{ headers: { "x-api-key": realKey } }]);
  });

  test("one that is not there is told in its own shape", async () => {
    const doors = await openDoors({ providers: { openai: { baseUrl: "http://127.0.0.1:1/v1" } } });
    const reply = await call(doors.model, "/openai/v1/responses", {
      headers: { authorization: `Bearer ${doors.token}` },
      body: '{"model":"m"}',
    });
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body)).toMatchObject({
      error: { type: "server_error", message: expect.stringContaining("ECONNREFUSED") },
    });
    // The network may come back: that a client tries again is right.
    expect(reply.headers["x-should-retry"]).toBeUndefined();
    expect(doors.spent()).toMatchObject({ requests: 1, costUsd: 0 });
  });

  test("one that hangs up is told as well, and nothing is sent twice", async () => {
    const { ask, upstream } = await modelWorld((req) => {
      req.resume();
      req.on("end", () => req.socket.destroy());
    });
    expect((await ask()).status).toBe(502);
    expect(upstream.seen).toHaveLength(1);
  });

  test("a switch of protocols is an error", async () => {
    const { ask } = await modelWorld((req) => {
      req.socket.end(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello",
      );
    });
    expect((await ask()).status).toBe(502);
  });

  test.each([
    ["http://HOST", "/openai/v1/responses", "/v1/responses"],
    ["http://HOST/v1", "/openai/v1/responses", "/v1/responses"],
    ["http://HOST/api/v1", "/openai/v1/chat/completions", "/api/v1/chat/completions"],
    ["http://HOST/api/paas/v4", "/openai/v1/chat/completions", "/api/paas/v4/chat/completions"],
    ["http://HOST/v1beta/openai", "/openai/v1/chat/completions", "/v1beta/openai/chat/completions"],
    ["http://HOST/proxy", "/openai/v1/models", "/proxy/v1/models"],
    ["http://HOST/v1", "/anthropic/v1/messages", "/v1/messages"],
    ["http://HOST/anthropic", "/anthropic/v1/messages", "/anthropic/v1/messages"],
    ["http://HOST/v1beta", "/gemini/v1beta/models/m:generateContent", "/v1beta/models/m:generateContent"],
  ])("its address %s makes of %s %s", async (baseUrl, path, expected) => {
    const upstream = await startUpstream(answersJson({}));
    const provider = { baseUrl: baseUrl.replace("HOST", `127.0.0.1:${upstream.port}`) };
    const doors = await openDoors({ providers: { anthropic: provider, openai: provider, gemini: provider } });
    const method = path.endsWith("models") ? "GET" : "POST";
    const headers = { "x-api-key": doors.token };
    await call(doors.model, path, {
      method,
      headers,
      ...(method === "POST" ? { body: '{"model":"m"}' } : {}),
    });
    expect(upstream.seen).toMatchObject([{ url: expected }]);
  });
});

/** A call whose request and answer are open, to be fed and read by the test. */
function openCall(socketPath: string, token: string) {
  const req = request({
    socketPath,
    path: messages,
    method: "POST",
    headers: { "x-api-key": token, "transfer-encoding": "chunked" },
  });
  req.on("error", () => undefined);
  return req;
}

async function responseOf(req: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  req.once("response", resolve);
  req.once("error", reject);
  return await promise;
}

describe("nothing is held up", () => {
  test("each event comes through before the next one is sent", async () => {
    const answers: ServerResponse[] = [];
    const { doors } = await modelWorld((req, res) => {
      req.resume();
      req.on("end", () => {
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.flushHeaders();
        answers.push(res);
      });
    });
    const req = openCall(doors.model, doors.token);
    req.end('{"model":"m-1"}');
    // The head comes alone: the model may think for long.
    const res = await responseOf(req);
    expect(res.statusCode).toBe(200);
    for (const text of ["one", "two", "three"]) {
      answers[0]?.write(event({ text }));
      const [chunk] = await once(res, "data");
      expect(String(chunk)).toBe(event({ text }));
    }
    answers[0]?.end();
    await once(res, "end");
  });

  test("the body goes on while it comes, all but the last piece", async () => {
    const pieces: string[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { doors } = await modelWorld((req, res) => {
      req.on("data", (chunk: Buffer) => {
        pieces.push(chunk.toString());
        resolve(undefined);
      });
      req.on("end", () => res.end("{}"));
    });
    const req = openCall(doors.model, doors.token);
    req.write('{"model":"m-1",');
    await new Promise((done) => req.write('"messages":"', done));
    await promise;
    expect(pieces.join("")).toContain('{"model":"m-1",');
    req.end('x"}');
    await once(req, "response");
    expect(pieces.join("")).toBe('{"model":"m-1","messages":"x"}');
  });

  test("an early answer comes through although the body is not read", async () => {
    const { doors } = await modelWorld((_, res) => {
      res.writeHead(413, { "content-type": "application/json" });
      res.end('{"type":"error"}');
    });
    const reply = await call(doors.model, messages, {
      headers: { "x-api-key": doors.token },
      body: `{"model":"m-1","x":"${"x".repeat(20_000_000)}"}`,
    });
    expect(reply).toMatchObject({ status: 413, body: '{"type":"error"}' });
    expect(doors.spent()).toMatchObject({ requests: 1, costUsd: 0 });
  });

  test("one connection to the provider serves many calls", async () => {
    const { ask, upstream } = await modelWorld(answersJson({}));
    for (let at = 0; at < 5; at++) await ask();
    expect(new Set(upstream.seen.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });
});

describe("either side breaking off ends the other", () => {
  test("the client goes: the provider's work is ended", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const { doors } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write(event({ type: "message_start", message: { model: "m-1", usage: { input_tokens: 100 } } }));
      res.once("close", () => resolve(undefined));
    });
    const req = openCall(doors.model, doors.token);
    req.end('{"model":"m-1"}');
    const res = await responseOf(req);
    await once(res, "data");
    req.destroy();
    await closed;
    await doors.close();
    // What it had cost by then is not known; the guess goes on from what was told.
    const spent = doors.spent();
    expect(spent).toMatchObject({ requests: 1, tokensIn: undefined, costUsd: undefined });
    expect(spent.estimateUsd).toBeGreaterThan(100e-6);
  });

  test("the client goes before the answer", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<undefined>();
    const { doors } = await modelWorld((req) => {
      req.resume();
      req.on("end", () => arrive(undefined));
      req.socket.once("close", () => resolve(undefined));
    });
    const req = openCall(doors.model, doors.token);
    req.end('{"model":"m-1"}');
    await arrived;
    req.destroy();
    await closed;
    await doors.close();
    expect(doors.spent()).toMatchObject({ requests: 1, costUsd: undefined });
  });

  test("the provider goes: the client sees that something is missing", async () => {
    const { ask } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write(event({ type: "ping" }), () => res.destroy());
    });
    await expect(ask()).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  test("the doors close: both are ended", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const { doors, ask } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write(event({ type: "ping" }), () => void doors.close());
      res.once("close", () => resolve(undefined));
    });
    await expect(ask()).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    await closed;
  });
});
