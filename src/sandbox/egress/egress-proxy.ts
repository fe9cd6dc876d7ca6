// The door to the allowed hosts: an HTTP proxy that knows CONNECT and absolute-form and nothing else.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { explain } from "../../errors.ts";
import { HostPort } from "../../job/host-port.ts";
import type { Log } from "../../log.ts";
import type { Decisions } from "../decision.ts";
import type { DoorServer } from "../listen.ts";
import { createPending } from "../pending.ts";
import { createConnector, type Dial, Refused, type Resolve } from "./dial.ts";
import { forward } from "./forward.ts";
import { readAbsoluteUrl, readAuthority } from "./target.ts";
import { tunnel } from "./tunnel.ts";

interface EgressOptions {
  /** Exact host:port; one that is not in that form is an error. */
  allow: readonly string[];
  decisions: Decisions;
  log: Log;
  resolve?: Resolve | undefined;
  dial?: Dial | undefined;
}

const maxConnections = 128;
const maxHeaderBytes = 16_384;
const headersTimeoutMs = 20_000;
/** Nothing in either direction for this long ends a connection. */
const idleMs = 300_000;

/** A server that listens nowhere yet. Every decision is recorded before a byte is passed on. */
export function createEgressProxy(options: EgressOptions): DoorServer {
  const allow = new Set(options.allow.map((place) => HostPort.parse(place)));
  const { decisions } = options;
  const connectTo = createConnector(options);
  const served = new WeakSet<Socket>();
  const pending = createPending((error) => options.log.error({ err: error }, "a door failed"));

  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    // A body may take its time; a connection on which nothing moves is ended as idle.
    requestTimeout: 0,
  });
  server.maxConnections = maxConnections;
  server.on("connection", (socket) => socket.setTimeout(idleMs, () => socket.destroy()));
  server.on("connect", (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    pending.add(onConnect(req, socket, head));
  });
  server.on("request", (req: IncomingMessage, res: ServerResponse) => {
    pending.add(onRequest(req, res));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    decisions.record({ method: "", target: "", allowed: false, reason: `malformed: ${error.code ?? ""}` });
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });

  function refusal(method: string, asked: string, read: { refused: string; malformed: boolean }): number {
    decisions.record({ method, target: asked, allowed: false, reason: read.refused });
    return read.malformed ? 400 : 403;
  }

  async function onConnect(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const asked = req.url ?? "";
    const read = readAuthority(asked, allow);
    if ("refused" in read) return answer(socket, refusal("CONNECT", asked, read), read.refused);
    const { authority } = read.target;
    const gone = new AbortController();
    socket.once("close", () => gone.abort());
    try {
      const { socket: upstream, address } = await connectTo(read.target, gone.signal);
      decisions.record({ method: "CONNECT", target: authority, allowed: true, reason: `to ${address}` });
      const { up, down } = await tunnel(socket, head, upstream, idleMs);
      const closed = { method: "CONNECT", target: authority, allowed: true, reason: "closed" };
      decisions.record({ ...closed, bytes_up: up, bytes_down: down });
    } catch (error) {
      const { status, reason } = failure(error);
      decisions.record({ method: "CONNECT", target: authority, allowed: status !== 403, reason });
      answer(socket, status, reason);
    }
  }

  async function onRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const method = req.method ?? "";
    const asked = req.url ?? "";
    if (served.has(req.socket)) {
      // The first one's answer says that the connection closes; this one gets none.
      decisions.record({ method, target: asked, allowed: false, reason: "a second request on a connection" });
      return;
    }
    served.add(req.socket);
    const read = readAbsoluteUrl(asked, allow);
    if ("refused" in read) return answerText(res, refusal(method, asked, read), read.refused);
    const { target, path } = read;
    if (method === "TRACE") return answerText(res, 405, "this method passes no proxy of ours");
    const gone = new AbortController();
    res.once("close", () => gone.abort());
    try {
      const connection = await connectTo(target, gone.signal);
      res.once("close", () => connection.socket.destroy());
      connection.socket.setTimeout(idleMs, () => connection.socket.destroy());
      const opened = { method, target: target.authority, allowed: true };
      decisions.record({ ...opened, reason: `to ${connection.address}` });
      const { up, down } = await forward({ req, res, target, path }, connection);
      decisions.record({ ...opened, reason: "closed", bytes_up: up, bytes_down: down });
    } catch (error) {
      const { status, reason } = failure(error);
      decisions.record({ method, target: target.authority, allowed: status !== 403, reason });
      if (res.headersSent) res.destroy();
      else answerText(res, status, reason);
    }
  }
  return { server, settled: () => pending.settled() };
}

function failure(error: unknown): { status: number; reason: string } {
  return error instanceof Refused
    ? { status: 403, reason: error.message }
    : { status: 502, reason: explain(error) };
}

function answerText(res: ServerResponse, status: number, reason: string): void {
  res.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
  res.end(`egress refused: ${reason}\n`);
}

function answer(socket: Duplex, status: number, reason: string): void {
  if (!socket.writable) return void socket.destroy();
  const body = `egress refused: ${reason}\n`;
  const names: Record<number, string> = { 400: "Bad Request", 403: "Forbidden", 502: "Bad Gateway" };
  socket.end(
    `HTTP/1.1 ${status} ${names[status] ?? "Error"}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
