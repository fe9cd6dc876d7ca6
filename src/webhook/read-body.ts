// A request's body as it came, straight from Node's stream: what is signed are these bytes. A web Request around it
// would cost more than everything else that is done with a delivery: see `npm run bench queue -- --only=webhook`.
import type { IncomingMessage } from "node:http";

/**
 * Returns all of a body; `too long` as soon as it is, or says that it will be, longer than `maxBytes`: the rest is left
 * unread; `cut off` when the connection ends before the body does. To be called before anything is awaited.
 */
export function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | "too long" | "cut off"> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;

    function stop(): void {
      incoming.off("data", take).off("end", finish).off("close", cut);
    }
    function take(chunk: Buffer): void {
      size += chunk.length;
      if (size > maxBytes) refuse();
      else chunks.push(chunk);
    }
    function refuse(): void {
      stop();
      incoming.pause();
      resolve("too long");
    }
    function finish(): void {
      stop();
      const [first] = chunks;
      resolve(first && chunks.length === 1 ? first : Buffer.concat(chunks, size));
    }
    function cut(): void {
      stop();
      resolve("cut off");
    }

    // A transfer encoding overrides the length (RFC 9112, section 6.3); Node has refused those that have both.
    if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return refuse();
    incoming.on("data", take).on("end", finish).on("close", cut);
    // Without a listener of its own an error would be thrown; `close` follows it.
    incoming.on("error", () => {});
  });
}
