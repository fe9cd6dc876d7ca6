import { describe, expect, test } from "vitest";
import { finalWords } from "../../../src/sandbox/model/failures.ts";
import { event, messages, modelWorld, realKey } from "./model-world.ts";

const final = { failuresAreFinal: true };

describe.each([
  { provider: "anthropic", path: messages, status: 403 },
  { provider: "openai", path: "/openai/v1/chat/completions", status: 400 },
])("for a program that repeats failed calls, $provider", ({ path, status }) => {
  test.each([408, 409, 429, 500, 503, 529])(
    "tells a %s as final, and the runner what was said, without the key",
    async (said) => {
      const { ask, doors } = await modelWorld((req, res) => {
        req.resume();
        res.writeHead(said, { "content-type": "application/json", "retry-after": "60" });
        res.end(JSON.stringify({ error: { message: `slow\ndown, ${realKey}` } }));
      }, final);
      const reply = await ask(path);
      expect(reply.status).toBe(status);
      expect(reply.headers).toMatchObject({ "x-should-retry": "false" });
      expect(reply.headers["retry-after"]).toBeUndefined();
      expect(reply.body).toContain(finalWords);
      expect(doors.lastWord()).toEqual({ httpStatus: said, text: expect.stringMatching(/^slow down, \S+$/) });
      expect(JSON.stringify(doors.lastWord())).not.toContain(realKey);
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
    const { ask, doors, upstream } = await modelWorld((req, res) => {
      req.resume();
      calls += 1;
      res.writeHead(200, { "content-type": "text/event-stream" });
      if (calls === 1) res.write("data: {}\n\n", () => res.destroy());
      else res.end("data: {}\n\n");
    }, final);
    await expect(ask(path)).rejects.toThrow("aborted");
    expect(await ask(path)).toMatchObject({
      status,
      body: expect.stringContaining(finalWords),
    });
    expect(upstream.seen).toHaveLength(1);
    expect(doors.lastWord()).toEqual({ httpStatus: undefined, text: "the model API broke off its answer" });
    expect((await ask(path)).status).toBe(200);
    expect(doors.lastWord()).toBeUndefined();
  });

  test("tells an API that is not there as final", async () => {
    const { ask, doors, upstream } = await modelWorld(() => undefined, final);
    await upstream.close();
    expect(await ask(path)).toMatchObject({ status, body: expect.stringContaining(finalWords) });
    expect(doors.lastWord()?.text).toMatch(/^calling the model API: connect ECONNREFUSED/);
  });
});

test("other programs get the failure as it came, and the runner its status", async () => {
  const { ask, doors } = await modelWorld((req, res) => {
    req.resume();
    res.writeHead(429, { "content-type": "application/json", "retry-after": "60" });
    res.end('{"error":{"message":"slow down"}}');
  });
  const reply = await ask();
  expect(reply).toMatchObject({ status: 429, body: '{"error":{"message":"slow down"}}' });
  expect(reply.headers["retry-after"]).toBe("60");
  expect(doors.lastWord()).toEqual({ httpStatus: 429, text: "" });
});

test("a refusal that the program does not tell is told by the door", async () => {
  const { ask, doors } = await modelWorld((req, res) => {
    req.resume();
    res.writeHead(200, { "content-type": "text/event-stream" });
    const output = [{ type: "message", content: [{ type: "refusal", refusal: "I won't." }] }];
    res.end(event({ type: "response.completed", response: { model: "m-1", output, usage: {} } }));
  });
  await ask("/openai/v1/responses");
  expect(doors.lastWord()).toEqual({ httpStatus: undefined, text: "refused: I won't." });
});
