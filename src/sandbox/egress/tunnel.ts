// Two connections joined, byte for byte, until either ends.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Tells the client that the tunnel stands and joins both sides; `head` is what the client sent too early. Resolves with
 * the bytes of each direction when both are closed, however that came; a tunnel without traffic for `idleMs` is cut.
 */
export async function tunnel(
  client: Duplex,
  head: Buffer,
  upstream: Socket,
  idleMs: number,
): Promise<{ up: number; down: number }> {
  let up = head.length;
  let down = 0;
  upstream.setTimeout(idleMs, () => upstream.destroy());
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  if (head.length > 0) upstream.write(head);
  client.on("data", (chunk: Buffer) => (up += chunk.length));
  upstream.on("data", (chunk: Buffer) => (down += chunk.length));
  const ways = [pipeline(client, upstream), pipeline(upstream, client)];
  // A side that breaks off is an end like any other.
  for (const way of ways) way.catch(() => (client.destroy(), upstream.destroy()));
  await Promise.allSettled(ways);
  return { up, down };
}
