import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { event, messages, modelWorld } from "./model-world.ts";

const megabyte = 1024 * 1024;
const line = event({ type: "content_block_delta", delta: { text: "some words of an answer, ".repeat(3) } });
const end = event({ type: "message_delta", usage: { input_tokens: 3, output_tokens: 5 } });

/** `block` so many times and then `last`; what the provider has been able to write is in `sent`. */
async function writeAll(
  res: ServerResponse,
  sent: { bytes: number },
  block: Buffer,
  times: number,
  last: Buffer,
) {
  function* blocks() {
    for (let at = 0; at < times; at++) {
      sent.bytes += block.length;
      yield block;
    }
    sent.bytes += last.length;
    yield last;
  }
  await pipeline(Readable.from(blocks()), res).catch(() => undefined);
}

async function open(model: string, token: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const req = request(
    { socketPath: model, path: messages, method: "POST", headers: { "x-api-key": token } },
    resolve,
  );
  req.on("error", reject);
  req.end('{"model":"m-1"}');
  return await promise;
}

test.each<[string, string, Buffer, Buffer]>([
  ["500 MB of events", "text/event-stream", Buffer.from(line.repeat(1000)), Buffer.from(end)],
  ["500 MB in one line", "text/event-stream", Buffer.alloc(128 * 1024, "x"), Buffer.from(`\n${end}`)],
  ["500 MB of one JSON text", "application/json", Buffer.alloc(128 * 1024, "x"), Buffer.from("\n")],
])("%s take no memory", async (_, contentType, block, last) => {
  const sent = { bytes: 0 };
  const { doors } = await modelWorld((req, res) => {
    req.resume();
    res.writeHead(200, { "content-type": contentType });
    void writeAll(res, sent, block, Math.ceil((500 * megabyte) / block.length), last);
  });
  const before = process.memoryUsage().rss;
  let peak = before;
  let received = 0;
  const res = await open(doors.model, doors.token);
  res.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received % 16 === 0) peak = Math.max(peak, process.memoryUsage().rss);
  });
  await once(res, "end");
  peak = Math.max(peak, process.memoryUsage().rss);
  expect(received).toBe(sent.bytes);
  expect((peak - before) / megabyte).toBeLessThan(128);
  await doors.close();
  // Only the events tell what was used.
  expect(doors.spent().tokensOut).toBe(contentType === "application/json" ? undefined : 5);
});

test("a client that does not read stops the provider", async () => {
  const sent = { bytes: 0 };
  const { doors } = await modelWorld((req, res) => {
    req.resume();
    res.writeHead(200, { "content-type": "text/event-stream" });
    void writeAll(res, sent, Buffer.from(line.repeat(1000)), 10_000, Buffer.from(end));
  });
  const res = await open(doors.model, doors.token);
  res.pause();
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = sent.bytes === before;
        before = sent.bytes;
        return stands;
      },
      { interval: 200 },
    )
    .toBe(true);
  expect(sent.bytes / megabyte).toBeLessThan(32);
  res.destroy();
});
