import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import type { Limits } from "../../../src/sandbox/model/ledger.ts";
import { event, modelWorld } from "./model-world.ts";

const limits = (maxCostUsd?: number, maxRequests?: number): { limits: Limits } => ({
  limits: { maxCostUsd, maxRequests },
});

const start = (input: number): string =>
  event({
    type: "message_start",
    message: { model: "m-1", usage: { input_tokens: input, output_tokens: 1 } },
  });
const delta = (output: number): string =>
  event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: output } });

/** A whole answer that used so many tokens. */
function answers(input: number, output: number): RequestListener {
  return (req, res) => {
    req.resume();
    req.on("end", () => {
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.end(start(input) + event({ type: "content_block_delta" }) + delta(output));
    });
  };
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : undefined;
}

describe("the limit of calls", () => {
  test("lets that many through; the next is refused, with a reason that ends the step", async () => {
    const { ask, doors, upstream } = await modelWorld(answers(10, 5), limits(undefined, 2));
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect(doors.exceeded.aborted).toBe(false);
    const reply = await ask();
    expect(reply.status).toBe(403);
    expect(reply.headers["x-should-retry"]).toBe("false");
    expect(JSON.parse(reply.body)).toMatchObject({
      type: "error",
      error: { type: "permission_error", message: expect.stringContaining("2 model calls") },
    });
    expect(upstream.seen).toHaveLength(2);
    const reason = reasonOf(doors.exceeded);
    expect(reason).toBeInstanceOf(UserError);
    expect(reason).toMatchObject({ code: "budget", message: expect.stringContaining("2 model calls") });
    expect(doors.spent()).toMatchObject({ requests: 2, tokensIn: 20, tokensOut: 10, costUsd: 0.00003 });
  });

  test("is not overshot by calls at the same time", async () => {
    const { ask, upstream } = await modelWorld(answers(10, 5), limits(undefined, 3));
    const replies = await Promise.allSettled(Array.from({ length: 10 }, async () => await ask()));
    const statuses = replies.map((reply) => (reply.status === "fulfilled" ? reply.value.status : 0));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(3);
    expect(upstream.seen.length).toBeLessThanOrEqual(3);
  });

  test("does not count what is free", async () => {
    const { ask, doors } = await modelWorld(answers(0, 0), limits(0, 0));
    expect((await ask("/anthropic/v1/messages/count_tokens")).status).toBe(200);
    expect(doors.spent()).toMatchObject({ requests: 0, costUsd: 0 });
    expect((await ask()).status).toBe(403);
  });
});

describe("the cost limit", () => {
  test("a last answer that reaches it comes through whole; the next call is refused", async () => {
    const { ask, doors } = await modelWorld(answers(400_000, 700_000), limits(1));
    const reply = await ask();
    expect(reply).toMatchObject({ status: 200, body: expect.stringContaining("end_turn") });
    expect(doors.spent().costUsd).toBe(1.1);
    expect(doors.exceeded.aborted).toBe(false);
    const next = await ask();
    expect(next.status).toBe(403);
    expect(next.body).toContain("the cost limit of $1 is reached (spent: $1.1000)");
    expect(reasonOf(doors.exceeded)).toMatchObject({ code: "budget" });
  });

  test("reached in the middle of a stream, it cuts what is in flight on both sides", async () => {
    let held: ServerResponse | undefined;
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const { ask, doors } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.once("close", () => resolve(undefined));
      res.write(start(400_000));
      held = res;
    }, limits(1));
    const cut = ask();
    cut.catch(() => undefined);
    // Counts grow while the answer runs; the last one of these is too much.
    const aborted = once(doors.exceeded, "abort");
    await expect.poll(() => held).toBeDefined();
    for (const output of [100_000, 300_000, 600_000]) {
      expect(doors.exceeded.aborted).toBe(false);
      const running = { type: "message_start", message: { model: "m-1", usage: { output_tokens: output } } };
      held?.write(event(running));
      await expect.poll(() => doors.spent().estimateUsd).toBe((400_000 + output) / 1e6);
    }
    await aborted;
    await closed;
    await expect(cut).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect((await ask()).status).toBe(403);
  });

  test("one call that reaches it cuts the others", async () => {
    let first: ServerResponse | undefined;
    const { ask, doors, upstream } = await modelWorld((req, res) => {
      req.resume();
      req.on("end", () => {
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write(start(100_000));
        if (!first) {
          first = res;
          return;
        }
        res.end(delta(900_000));
      });
    }, limits(1));
    const long = ask();
    long.catch(() => undefined);
    await expect.poll(() => upstream.seen.length).toBe(1);
    // Its own answer is complete when the limit is reached, yet another one is still running up costs.
    await Promise.allSettled([ask()]);
    await expect(long).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(doors.exceeded.aborted).toBe(true);
  });

  test("a call that waits for its answer when the limit is reached is told why", async () => {
    const { ask, upstream } = await modelWorld((req, res) => {
      req.resume();
      req.on("end", () => {
        // The first one never gets an answer.
        if (upstream.seen.length < 2) return;
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.end(start(1_000_000) + delta(1));
      });
    }, limits(1));
    const waiting = ask();
    await expect.poll(() => upstream.seen.length).toBe(1);
    await Promise.allSettled([ask()]);
    expect(await waiting).toMatchObject({ status: 403, body: expect.stringContaining("cost limit of $1") });
  });

  test("a model without a price is refused before it costs, and the remedy named", async () => {
    const { ask, upstream, doors } = await modelWorld(answers(1, 1), limits(1));
    for (const [path, status] of [
      ["/anthropic/v1/messages", 403],
      ["/openai/v1/chat/completions", 400],
    ] as const) {
      const reply = await ask(path, { model: "m-unheard-of" });
      expect(reply).toMatchObject({ status, body: expect.stringContaining("PRICES_FILE") });
    }
    const gemini = await ask("/gemini/v1beta/models/m-unheard-of:generateContent");
    expect(gemini).toMatchObject({ status: 400, body: expect.stringContaining("m-unheard-of") });
    expect(upstream.seen).toEqual([]);
    expect(doors.spent()).toMatchObject({ requests: 0, costUsd: 0 });
  });

  test("leaving before the usage is told does not make a call free", async () => {
    const { ask, doors } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.write(event({ type: "content_block_delta", text: "x".repeat(20_000) }), () => res.destroy());
    }, limits(0.05));
    let calls = 0;
    for (; !doors.exceeded.aborted && calls < 1000; calls++) {
      await Promise.allSettled([ask("/anthropic/v1/messages", { prompt: "x".repeat(4000) })]);
    }
    expect(calls).toBeLessThan(100);
    expect(doors.spent()).toMatchObject({ costUsd: undefined, tokensIn: undefined });
  });
});

describe("without a limit", () => {
  test("the cost of a model without a price is unknown, not 0", async () => {
    const { ask, doors } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "application/json" });
      res.end('{"type":"message","model":"m-9","usage":{"input_tokens":10,"output_tokens":5}}');
    });
    expect((await ask("/anthropic/v1/messages", { model: "m-9" })).status).toBe(200);
    expect(doors.spent()).toEqual({
      requests: 1,
      tokensIn: 10,
      tokensOut: 5,
      costUsd: undefined,
      estimateUsd: undefined,
    });
  });

  test("an answer that tells no usage leaves the tokens unknown", async () => {
    const { ask, doors } = await modelWorld((req, res) => {
      req.resume();
      res.writeHead(200, { "content-type": "text/event-stream" });
      res.end(event({ choices: [{ delta: { content: "hi" } }], usage: null }) + "data: [DONE]\n\n");
    });
    expect((await ask("/openai/v1/chat/completions")).status).toBe(200);
    expect(doors.spent()).toMatchObject({ requests: 1, tokensIn: undefined, costUsd: undefined });
  });

  test("no call, no cost", async () => {
    const { doors } = await modelWorld(answers(1, 1));
    expect(doors.spent()).toEqual({ requests: 0, tokensIn: 0, tokensOut: 0, costUsd: 0, estimateUsd: 0 });
  });
});
