// A model API in a process of its own: answers each call with `MEGABYTES` of server-sent events as fast as they are taken.
import { createServer } from "node:http";

const event =
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"some words of an answer, "}}\n\n';
const block = Buffer.from(event.repeat(Math.ceil(65_536 / event.length)));
const end =
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":9,"output_tokens":9}}\n\n';

const server = createServer((req, res) => {
  const bytes = Number(req.headers["x-app"] ?? 0) * 1024 * 1024;
  req.resume();
  req.on("end", () => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    let left = bytes;
    const send = (): void => {
      while (left > 0) {
        left -= block.length;
        if (!res.write(block)) return void res.once("drain", send);
      }
      res.end(end);
    };
    send();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" && address ? address.port : 0);
});
