import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLedger } from "../../../src/sandbox/model/ledger.ts";
import { createMeter } from "../../../src/sandbox/model/meter.ts";
import { createPriceTable } from "../../../src/sandbox/model/prices.ts";
import type { CallKind } from "../../../src/sandbox/model/provider.ts";
import type { UsageNews } from "../../../src/sandbox/model/usage.ts";

/** What is told of an answer that comes in pieces of this size. */
function newsOf(kind: CallKind, contentType: string, text: string, size = text.length): UsageNews[] {
  const news: UsageNews[] = [];
  const meter = createMeter({ kind, contentType, onNews: (each) => news.push(each) });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) meter.push(bytes.subarray(at, at + size));
  meter.end();
  return news;
}

const stream = "text/event-stream; charset=utf-8";
const prices = createPriceTable({ "m*": { input: 1, output: 10, cache_read: 0.1, cache_write: 1.25 } });

/** The account after one complete answer. */
function accountOf(kind: CallKind, contentType: string, text: string, size?: number) {
  const ledger = createLedger({
    prices,
    limits: { maxCostUsd: undefined, maxRequests: undefined },
    onExceeded: () => undefined,
  });
  const call = ledger.open();
  for (const news of newsOf(kind, contentType, text, size)) call.news(news);
  call.close("complete", { sent: 100, received: text.length });
  return ledger.spent();
}

/** Answers as the providers' documentation shows them, shortened. */
const answers: [
  name: string,
  kind: CallKind,
  contentType: string,
  text: string,
  tokensIn: number,
  tokensOut: number,
  costMillionths: number,
][] = [
  [
    "Anthropic's stream",
    "anthropic",
    stream,
    [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"m-1","content":[],"usage":{"input_tokens":25,"cache_creation_input_tokens":100,"cache_read_input_tokens":1000,"output_tokens":1}}}',
      'event: ping\ndata: {"type":"ping"}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"the \\"usage\\": {\\"output_tokens\\": 1e9}"}}',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
    ].join("\n\n") + "\n\n",
    1125,
    15,
    25 + 125 + 100 + 150,
  ],
  [
    "Anthropic's message",
    "anthropic",
    "application/json",
    '{"type":"message","model":"m-1","content":[{"type":"tool_use","input":{"usage":{"input_tokens":1,"output_tokens":1}}}],"usage":{"input_tokens":30,"output_tokens":7}}',
    30,
    7,
    100,
  ],
  [
    "a response's stream",
    "responses",
    stream,
    [
      'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","model":"m-1","usage":null}}',
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"hi"}',
      'event: response.completed\ndata: {"type":"response.completed","response":{"model":"m-1","output":[{"usage":{"input_tokens":1}}],"usage":{"input_tokens":2400,"input_tokens_details":{"cached_tokens":400,"cache_write_tokens":1000},"output_tokens":68,"output_tokens_details":{"reasoning_tokens":9}}}}',
    ].join("\n\n") + "\n\n",
    2400,
    68,
    1000 + 40 + 1250 + 680,
  ],
  [
    "a response",
    "responses",
    "application/json",
    '{"object":"response","model":"m-1","usage":{"input_tokens":10,"output_tokens":2}}',
    10,
    2,
    30,
  ],
  [
    "a chat's stream",
    "chat",
    stream,
    [
      'data: {"model":"m-1","choices":[{"delta":{"content":"hi"}}],"usage":null}',
      'data: {"model":"m-1","choices":[],"usage":{"prompt_tokens":50,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":20}}}',
      "data: [DONE]",
    ].join("\n\n") + "\n\n",
    50,
    4,
    30 + 2 + 40,
  ],
  [
    "a chat",
    "chat",
    "application/json",
    '{"model":"m-1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1}}',
    5,
    1,
    15,
  ],
  [
    "Gemini's stream",
    "gemini",
    stream,
    [
      'data: {"candidates":[{"content":{}}],"modelVersion":"m-1","usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":1}}',
      'data: {"candidates":[{"finishReason":"STOP"}],"modelVersion":"m-1","usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":5,"thoughtsTokenCount":7}}',
    ].join("\r\n\r\n") + "\r\n\r\n",
    100,
    12,
    60 + 4 + 120,
  ],
  [
    "Gemini's stream that is a list",
    "gemini",
    "application/json; charset=UTF-8",
    '[{"candidates":[{"content":{}}],"modelVersion":"m-1","usageMetadata":{"promptTokenCount":9}}\n,\n{"candidates":[{"finishReason":"STOP"}],"modelVersion":"m-1","usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3}}\n]',
    9,
    3,
    39,
  ],
];

describe.each(answers)("%s", (_, kind, contentType, text, tokensIn, tokensOut, millionths) => {
  test("tells its tokens and its cost, however it is cut", () => {
    const expected = {
      requests: 1,
      tokensIn,
      tokensOut,
      costUsd: millionths / 1e6,
      estimateUsd: millionths / 1e6,
    };
    for (const size of [1, 2, 7, 64, text.length]) {
      expect(accountOf(kind, contentType, text, size)).toEqual(expected);
    }
  });
});

test("what a model writes is no usage: it can neither lower nor raise the account", () => {
  const written = fc.string({
    unit: fc.constantFrom('"usage"', ":", "{", "}", '"', "\\", "\n", "data: ", '"output_tokens"', "9", ","),
    maxLength: 30,
  });
  fc.assert(
    fc.property(written, fc.integer({ min: 1, max: 40 }), (text, size) => {
      const answer = [
        { type: "message_start", message: { model: "m-1", usage: { input_tokens: 10, output_tokens: 1 } } },
        { type: "content_block_delta", delta: { type: "text_delta", text } },
        { type: "message_delta", usage: { output_tokens: 5 } },
      ];
      const lines = answer.map((data) => `event: x\ndata: ${JSON.stringify(data)}\n\n`).join("");
      expect(accountOf("anthropic", stream, lines, size)).toMatchObject({ tokensIn: 10, tokensOut: 5 });
    }),
  );
});

test("counts that are no counts are not taken", () => {
  for (const usage of ['{"input_tokens":-5,"output_tokens":"9"}', '{"input_tokens":1e400}', "[]", "7"]) {
    const spent = accountOf("anthropic", "application/json", `{"type":"message","usage":${usage}}`);
    expect(spent.costUsd === undefined || spent.costUsd === 0).toBe(true);
  }
});

test("a line longer than 4 MB is passed over, and the next one is read", () => {
  const long = `data: {"type":"content_block_delta","text":"${"x".repeat(5_000_000)}","usage":{"output_tokens":1}}\n\n`;
  const end = 'data: {"type":"message_delta","usage":{"input_tokens":3,"output_tokens":5}}\n\n';
  expect(newsOf("anthropic", stream, long + end, 65_536)).toMatchObject([{ tokens: { output: 5 } }]);
});
