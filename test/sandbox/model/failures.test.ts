import { describe, expect, test } from "vitest";
import { messages, modelWorld, realKey } from "./model-world.ts";

const final = { failuresAreFinal: true };

describe.each([
  { provider: "anthropic", path: messages, status: 403 },
  { provider: "openai", path: "/openai/v1/chat/completions", status: 400 },
])("for a program that repeats failed calls, $provider", ({ path, status }) => {
  test.each([408, 409, 429, 500, 503, 529])(
    "tells a %s as final, with what was said and no key",
    async (said) => {
      const { ask } = await modelWorld((req, res) => {
        req.resume();
        res.writeHead(said, { "content-type": "application/json", "retry-after": "60" });
        res.end(JSON.stringify({ error: { message: `slow\ndown, ${realKey}` } }));
      }, final);
      const reply = await ask(path);
      expect(reply.status).toBe(status);
      expect(reply.headers).toMatchObject({ "x-should-retry": "false" });
      expect(reply.headers["retry-after"]).toBeUndefined();
      expect(reply.body).toContain(`the model API answered with status ${said}: slow down, `);
      expect(reply.body).not.toContain(realKey);
    },
  );

  test("leaves what is final as it is", async () => {
    const { ask } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(404, { "content-type": "application/json" });
      res.end('{"error":{"message":"no such model"}}');
    }, final);
    expect(await ask(path)).toMatchObject({ status: 404, body: '{"error":{"message":"no such model"}}' });
  });

  test("tells of an answer that broke off with the next call, once", async () => {
    let calls = 0;
    const { ask, upstream } = await modelWorld((req, res) => {
      req.resume();
      calls += 1;
      res.writeHead(200, { "content-type": "text/event-stream" });
      if (calls === 1) res.write("data: {}\n\n", () => res.destroy());
      else res.end("data: {}\n\n");
    }, final);
    await expect(ask(path)).rejects.toThrow("aborted");
    expect(await ask(path)).toMatchObject({
      status,
      body: expect.stringContaining("the model API broke off its answer"),
    });
    expect(upstream.seen).toHaveLength(1);
    expect((await ask(path)).status).toBe(200);
  });

  test("tells an API that is not there as final", async () => {
    const { ask, upstream } = await modelWorld(() => undefined, final);
    await upstream.close();
    expect(await ask(path)).toMatchObject({ status, body: expect.stringContaining("calling the model API") });
  });
});

test("other programs get the failure as it came", async () => {
  const { ask } = await modelWorld((req, res) => {
    req.resume();
    res.writeHead(429, { "content-type": "application/json", "retry-after": "60" });
    res.end('{"error":{"message":"slow down"}}');
  });
  const reply = await ask();
  expect(reply).toMatchObject({ status: 429, body: '{"error":{"message":"slow down"}}' });
  expect(reply.headers["retry-after"]).toBe("60");
});
