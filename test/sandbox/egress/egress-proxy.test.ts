import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { call, openTunnel, sendRaw } from "../client.ts";
import { dialLoopback, openDoors, publicAddress } from "../open-doors.ts";
import { startUpstream, type Upstream } from "../upstream.ts";

/** A host that is allowed, and a proxy before it. */
async function world(answer: Parameters<typeof startUpstream>[0] = (_, res) => res.end("inside")) {
  const upstream = await startUpstream(answer);
  const dialled: string[] = [];
  const place = `allowed.test:${upstream.port}`;
  const resolved: string[] = [];
  const doors = await openDoors(
    {
      resolve: async (host) => {
        resolved.push(host);
        return [publicAddress];
      },
      dial: dialLoopback(dialled),
    },
    { allow: [place] },
  );
  return { upstream, dialled, resolved, place, doors };
}

/** What a proxy that only looks at the name would have let through: the upstream is there and answers. */
async function answersDirectly(upstream: Upstream): Promise<boolean> {
  return (await fetch(upstream.url)).status === 200;
}

describe("CONNECT", () => {
  test("joins both sides byte for byte and counts the bytes", async () => {
    const { place, doors } = await world();
    const opened = await openTunnel(doors.egress, place);
    if (!("socket" in opened)) throw new Error("refused");
    opened.socket.write(`GET / HTTP/1.1\r\nHost: ${place}\r\nConnection: close\r\n\r\n`);
    let text = "";
    opened.socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    await once(opened.socket, "close");
    expect(text).toContain("inside");
    await doors.close();
    expect(doors.decisions).toMatchObject([
      { method: "CONNECT", target: place, allowed: true, reason: `to ${publicAddress}` },
      { method: "CONNECT", target: place, allowed: true, reason: "closed", bytes_down: text.length },
    ]);
  });

  test("what comes in the same packet as the CONNECT reaches the host", async () => {
    const { place, doors } = await world();
    const text = await sendRaw(
      doors.egress,
      `CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK[^]*inside/);
  });

  test.each([
    ["another port", (port: number) => `allowed.test:${port + 1}`, 403],
    ["another host", (port: number) => `other.test:${port}`, 403],
    ["a host below it", (port: number) => `x.allowed.test:${port}`, 403],
    ["a closing dot", (port: number) => `allowed.test.:${port}`, 400],
    ["its address", (port: number) => `${publicAddress}:${port}`, 403],
    ["the loopback", (port: number) => `127.0.0.1:${port}`, 400],
    ["the loopback, short", (port: number) => `127.1:${port}`, 400],
    ["the loopback, decimal", (port: number) => `2130706433:${port}`, 400],
    ["the loopback, octal", (port: number) => `0177.0.0.1:${port}`, 400],
    ["the loopback, hexadecimal", (port: number) => `0x7f000001:${port}`, 400],
    ["the loopback, mapped", (port: number) => `[::ffff:127.0.0.1]:${port}`, 400],
    ["the loopback, IPv6", (port: number) => `[::1]:${port}`, 400],
    ["a user before it", (port: number) => `allowed.test:${port}@127.0.0.1:${port}`, 400],
    ["an escape", (port: number) => `allowed%2etest:${port}`, 400],
    ["an escaped end", (port: number) => `127.0.0.1%00.allowed.test:${port}`, 400],
    ["a path", (port: number) => `allowed.test:${port}/x`, 400],
    ["no port", () => "allowed.test", 400],
    ["a port too long", (port: number) => `allowed.test:0${port}`, 400],
    ["a letter that looks alike", (port: number) => `аllowed.test:${port}`, 400],
    ["the metadata service", () => "169.254.169.254:80", 400],
  ])("is refused for %s", async (_, authority, status) => {
    const { upstream, doors, dialled, resolved } = await world();
    expect(await answersDirectly(upstream)).toBe(true);
    const text = await sendRaw(
      doors.egress,
      `CONNECT ${authority(upstream.port)} HTTP/1.1\r\nHost: allowed.test:${upstream.port}\r\n\r\n`,
    );
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect({ dialled, resolved }).toEqual({ dialled: [], resolved: [] });
    expect(doors.decisions).toMatchObject([{ allowed: false }]);
  });

  test("a NUL in it is malformed", async () => {
    const { upstream, doors, dialled } = await world();
    const text = await sendRaw(
      doors.egress,
      `CONNECT allowed.test\0:${upstream.port} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(dialled).toEqual([]);
  });
});

test("an upstream that goes away ends the tunnel, and a client that goes away the upstream's connection", async () => {
  const held: Socket[] = [];
  const server = createServer((socket) => {
    held.push(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const doors = await openDoors(
    { resolve: async () => [publicAddress], dial: () => connect(port, "127.0.0.1") },
    { allow: ["allowed.test:443"] },
  );
  const first = await openTunnel(doors.egress, "allowed.test:443");
  if (!("socket" in first)) throw new Error("refused");
  held[0]?.destroy();
  await once(first.socket, "close");

  const second = await openTunnel(doors.egress, "allowed.test:443");
  if (!("socket" in second)) throw new Error("refused");
  const gone = held[1];
  if (!gone) throw new Error("no connection");
  const closed = once(gone, "close");
  gone.resume();
  second.socket.destroy();
  await closed;
  expect(second.socket.destroyed).toBe(true);
  server.close();
});

test("a host that can't be reached is told as such", async () => {
  const doors = await openDoors(
    { resolve: async () => [publicAddress], dial: () => connect(1, "127.0.0.1") },
    { allow: ["allowed.test:443"] },
  );
  expect(await openTunnel(doors.egress, "allowed.test:443")).toMatchObject({ status: 502 });
  const reply = await call(doors.egress, "http://allowed.test:443/", { method: "GET" });
  expect(reply.status).toBe(502);
  expect(reply.body).toContain("ECONNREFUSED");
});
