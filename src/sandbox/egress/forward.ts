// One request in absolute form, read by Node's strict parser and written anew to the checked connection.
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Connection } from "./dial.ts";
import { endToEndHeaders } from "./headers.ts";
import type { Target } from "./target.ts";

export interface Exchange {
  up: number;
  down: number;
}

const maxHeaderBytes = 16_384;

/**
 * Sends the request on and its answer back, one of each for a connection. Whatever the client wrote as Host, the one
 * that was checked is sent. Resolves with the bytes of both bodies once the answer is through; rejects when either side
 * breaks, and then the client's connection is to be closed.
 */
export async function forward(
  exchange: { req: IncomingMessage; res: ServerResponse; target: Target; path: string },
  { socket }: Connection,
): Promise<Exchange> {
  const { req, res, target, path } = exchange;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const length = req.headers["content-length"];
  const upstream = request({
    method: req.method,
    path,
    headers: [
      "Host",
      target.port === 80 ? target.authority.replace(/:80$/, "") : target.authority,
      ...endToEndHeaders(req.rawHeaders).flat(),
      "Connection",
      "close",
      ...(length === undefined ? [] : ["Content-Length", length]),
      ...(req.headers["transfer-encoding"] === undefined ? [] : ["Transfer-Encoding", "chunked"]),
    ],
    setHost: false,
    createConnection: () => socket,
    insecureHTTPParser: false,
    maxHeaderSize: maxHeaderBytes,
  });
  upstream.once("response", resolve);
  upstream.once("upgrade", () => reject(new Error("the upstream changed the protocol")));
  upstream.on("error", reject);

  let up = 0;
  req.on("data", (chunk: Buffer) => (up += chunk.length));
  const sending = pipeline(req, upstream);
  sending.catch(reject);
  const answer = await promise;
  answer.on("error", () => undefined);
  const headers = endToEndHeaders(answer.rawHeaders);
  const answerLength = answer.headers["content-length"];
  if (answerLength !== undefined) headers.push(["Content-Length", answerLength]);
  res.writeHead(answer.statusCode ?? 502, [...headers, ["Connection", "close"]].flat());
  let down = 0;
  answer.on("data", (chunk: Buffer) => (down += chunk.length));
  await pipeline(answer, res);
  return { up, down };
}
