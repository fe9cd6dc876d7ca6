// A real HTTP server on the loopback that stands for a model API or for a host of the internet.
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import { afterEach } from "vitest";

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  rawHeaders: string[];
  body: string;
  socket: Socket;
}

export interface Upstream {
  port: number;
  url: string;
  /** What has arrived, bodies complete. */
  seen: Seen[];
  close(): Promise<void>;
}

/** `answer` is called when the request's head is there; bodies are recorded as they come. */
export async function startUpstream(answer: RequestListener): Promise<Upstream> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    const { method = "", url = "", headers, rawHeaders, socket } = req;
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      seen.push({ method, url, headers, rawHeaders, socket, body: Buffer.concat(chunks).toString("utf8") });
    });
    answer(req, res);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  async function close(): Promise<void> {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
  opened.push(close);
  return { port, url: `http://127.0.0.1:${port}`, seen, close };
}

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** Answers with this JSON value, when the request is complete. */
export function answersJson(value: object, headers: Record<string, string> = {}): RequestListener {
  return (req, res) => {
    req.resume();
    req.on("end", () => {
      res.writeHead(200, { "content-type": "application/json", ...headers });
      res.end(JSON.stringify(value));
    });
  };
}
