// What a program in the sandbox can do at a door: speak HTTP, or send whatever bytes it likes.
import { once } from "node:events";
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One call through a socket; rejects when the connection is cut. */
export async function call(
  socketPath: string,
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const { method = "POST", headers = {}, body } = options;
  const req = request({ socketPath, path, method, headers }, (res) => {
    const chunks: Buffer[] = [];
    res.on("data", (chunk: Buffer) => chunks.push(chunk));
    res.on("error", reject);
    res.on("end", () =>
      resolve({
        status: res.statusCode ?? 0,
        headers: res.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      }),
    );
  });
  req.on("error", reject);
  req.end(body);
  return await promise;
}

/** Sends bytes and gives all that comes back until the door closes the connection. */
export async function sendRaw(socketPath: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(socketPath);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

/** Opens a tunnel; the socket when the proxy says yes, else its answer. */
export async function openTunnel(
  socketPath: string,
  authority: string,
): Promise<{ socket: Socket } | { status: number; body: string }> {
  const socket = connect(socketPath);
  socket.on("error", () => undefined);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const [head]: unknown[] = await once(socket, "data");
  const text = Buffer.isBuffer(head) ? head.toString("latin1") : "";
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  if (status === 200) return { socket };
  socket.destroy();
  return { status, body: text };
}
