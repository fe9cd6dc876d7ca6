import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { call, sendRaw } from "../client.ts";
import { dialLoopback, openDoors, publicAddress } from "../open-doors.ts";
import { startUpstream } from "../upstream.ts";

async function world(answer: Parameters<typeof startUpstream>[0] = (_, res) => res.end("inside")) {
  const upstream = await startUpstream(answer);
  const place = `allowed.test:${upstream.port}`;
  const dialled: string[] = [];
  const doors = await openDoors(
    { resolve: async () => [publicAddress], dial: dialLoopback(dialled) },
    { allow: [place, "allowed.test:80"] },
  );
  return { upstream, place, dialled, doors };
}

test("a request goes through whole, and its answer comes back whole", async () => {
  const { place, doors, upstream } = await world((req, res) => {
    req.resume();
    req.on("end", () => {
      res.writeHead(201, { "x-answer": "yes", "set-cookie": ["a=1", "b=2"] });
      res.write("first ");
      res.end("second");
    });
  });
  const reply = await call(doors.egress, `http://${place}/path?q=%20x`, {
    method: "PUT",
    headers: { "x-asked": "yes", "content-type": "text/plain" },
    body: "the body",
  });
  expect(reply).toMatchObject({ status: 201, body: "first second" });
  expect(reply.headers).toMatchObject({
    "x-answer": "yes",
    "set-cookie": ["a=1", "b=2"],
    connection: "close",
  });
  expect(upstream.seen).toMatchObject([
    { method: "PUT", url: "/path?q=%20x", headers: { host: place, "x-asked": "yes" }, body: "the body" },
  ]);
});

describe("what is asked of another place is refused", () => {
  test.each([
    ["another host", (place: string) => `http://other.test/${place}`, 403],
    ["a user before it", (place: string) => `http://${place}@other.test/`, 400],
    ["a user of it", (place: string) => `http://user:password@${place}/`, 400],
    ["a backslash", (place: string) => `http://other.test\\@${place}/`, 400],
    ["another port", () => "http://allowed.test:81/", 403],
    ["an empty port", () => "http://allowed.test:/", 400],
    ["an escape in the host", () => "http://allowed%2etest/", 400],
    ["https, which needs a tunnel", (place: string) => `https://${place}/`, 400],
    ["another scheme", (place: string) => `ftp://${place}/`, 400],
    ["a fragment", (place: string) => `http://${place}#@other.test/`, 400],
    ["the origin form", () => "/path", 400],
    ["a path that looks like a host", () => "//allowed.test/", 400],
    ["an asterisk", () => "*", 400],
  ])("%s", async (_, url, status) => {
    const { place, doors, dialled } = await world();
    const reply = await sendRaw(
      doors.egress,
      `GET ${url(place)} HTTP/1.1\r\nHost: ${place}\r\nConnection: close\r\n\r\n`,
    );
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(dialled).toEqual([]);
    expect(doors.decisions).toMatchObject([{ allowed: false }]);
  });

  test("TRACE, which would show what passes", async () => {
    const { place, doors, dialled } = await world();
    const reply = await sendRaw(doors.egress, `TRACE http://${place}/ HTTP/1.1\r\nHost: ${place}\r\n\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 405 /);
    expect(dialled).toEqual([]);
  });
});

describe("header fields", () => {
  test("Host is that of the place that was checked, whatever the client says", async () => {
    const { place, doors, upstream } = await world();
    for (const host of ["other.test", "127.0.0.1", place.toUpperCase()]) {
      await sendRaw(doors.egress, `GET http://${place}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    }
    expect(upstream.seen.map(({ headers }) => headers.host)).toEqual([place, place, place]);
  });

  test("what concerns only this hop stays here, also what Connection names", async () => {
    const { place, doors, upstream } = await world((_, res) => {
      res.writeHead(200, {
        connection: "x-inner",
        "x-inner": "1",
        "proxy-authenticate": "Basic",
        "x-outer": "2",
        upgrade: "h2c",
      });
      res.end();
    });
    const reply = await sendRaw(
      doors.egress,
      `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nConnection: X-Secret, Upgrade\r\nX-Secret: 1\r\nUpgrade: h2c\r\n` +
        "HTTP2-Settings: x\r\nProxy-Authorization: Basic eA==\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nKeep-Alive: 5\r\nX-Kept: 1\r\n\r\n",
    );
    const [seen] = upstream.seen;
    expect(seen?.rawHeaders).toEqual(["Host", place, "X-Kept", "1", "Connection", "close"]);
    expect(reply).toMatch(/x-outer: 2/i);
    expect(reply).not.toMatch(/x-inner|proxy-authenticate|upgrade/i);
  });
});

describe("a client that smuggles", () => {
  const hidden = (place: string): string => `GET http://${place}/hidden HTTP/1.1\r\nHost: ${place}\r\n\r\n`;

  test.each<[string, (place: string) => string]>([
    [
      "a length and chunks",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden(place)}`,
    ],
    [
      "two lengths",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nContent-Length: 0\r\nContent-Length: 60\r\n\r\n${hidden(place)}`,
    ],
    [
      "a length that is a list",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nContent-Length: 0, 0\r\n\r\n${hidden(place)}`,
    ],
    [
      "a length with a sign",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nContent-Length: +0\r\n\r\n${hidden(place)}`,
    ],
    [
      "chunks under another name",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden(place)}`,
    ],
    [
      "chunked twice",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden(place)}`,
    ],
    [
      "a space before the colon",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden(place)}`,
    ],
    [
      "a folded field",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${hidden(place)}`,
    ],
    ["bare line feeds", (place) => `GET http://${place}/ HTTP/1.1\nHost: ${place}\n\n${hidden(place)}`],
    [
      "a line feed in a field",
      (place) => `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nX: a\nY: b\r\n\r\n${hidden(place)}`,
    ],
    [
      "a carriage return in a field",
      (place) => `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nX: a\rY: b\r\n\r\n${hidden(place)}`,
    ],
    ["a NUL in a field", (place) => `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nX: a\0b\r\n\r\n`],
    ["two hosts", (place) => `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nHost: other.test\r\n\r\n`],
    [
      "a chunk's size with a sign",
      (place) =>
        `POST http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${hidden(place)}`,
    ],
    ["HTTP/0.9", (place) => `GET http://${place}/\r\n\r\n`],
    ["another version", (place) => `GET http://${place}/ HTTP/1.2\r\nHost: ${place}\r\n\r\n${hidden(place)}`],
  ])("%s: one answer at most, and nothing hidden arrives", async (_, bytes) => {
    const { place, doors, upstream } = await world((req, res) => {
      req.resume();
      req.on("end", () => res.end("inside"));
    });
    const reply = await sendRaw(doors.egress, bytes(place));
    expect(reply.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(upstream.seen.map(({ url }) => url)).not.toContain("/hidden");
    for (const { rawHeaders } of upstream.seen) {
      expect(rawHeaders.join("\n")).not.toMatch(/other\.test|Y: b/);
    }
  });

  test("what a lenient reader would have taken, this one does not", async () => {
    const seen: string[] = [];
    const lenient = createServer({ insecureHTTPParser: true }, (req, res) => {
      seen.push(`${req.url} ${req.headers["transfer-encoding"] ?? ""}`);
      req.resume();
      res.end();
    });
    lenient.listen(0, "127.0.0.1");
    await once(lenient, "listening");
    const address = lenient.address();
    const socket = connect(typeof address === "object" && address ? address.port : 0, "127.0.0.1");
    socket.resume();
    socket.write(
      "POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
        "GET /hidden HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    await once(socket, "close");
    lenient.close();
    expect(seen).toEqual(["/first chunked", "/hidden "]);
  });

  test("a second request on the connection gets no answer", async () => {
    const { place, doors, upstream } = await world();
    const reply = await sendRaw(
      doors.egress,
      `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\n\r\n${hidden(place)}`,
    );
    expect(reply.match(/HTTP\/1\.1 \d{3}/g)).toEqual(["HTTP/1.1 200"]);
    expect(upstream.seen.map(({ url }) => url)).toEqual(["/"]);
  });
});

describe("an upstream that is hostile", () => {
  test.each([
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["no HTTP", "hello\r\n\r\n"],
    ["a head of 100 KB", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
  ])("%s is a 502", async (_, bytes) => {
    const { place, doors } = await world((req) => void req.socket.end(bytes));
    const reply = await call(doors.egress, `http://${place}/`, { method: "GET" });
    expect(reply.status).toBe(502);
  });

  test("breaking off is seen by the client", async () => {
    const { place, doors } = await world((_, res) => {
      res.writeHead(200, { "content-length": "100" });
      res.write("half", () => res.destroy());
    });
    await expect(call(doors.egress, `http://${place}/`, { method: "GET" })).rejects.toThrow(
      /aborted|ECONNRESET/,
    );
  });
});

describe("limits", () => {
  test("a head larger than 16 KB is refused", async () => {
    const { place, doors, dialled } = await world();
    const reply = await sendRaw(
      doors.egress,
      `GET http://${place}/ HTTP/1.1\r\nHost: ${place}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 (?:400|431) /);
    expect(dialled).toEqual([]);
  });

  test("more than 128 connections at once are closed", async () => {
    const { doors } = await world();
    const sockets = Array.from({ length: 160 }, () => connect(doors.egress));
    let closed = 0;
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.resume();
      socket.once("close", () => (closed += 1));
    }
    await expect.poll(() => closed).toBe(32);
    for (const socket of sockets) socket.destroy();
  });

  test("a client that hammers fills no disk: past 2,000 decisions the rest is only counted", async () => {
    const { doors } = await world();
    for (let batch = 0; batch < 42; batch++) {
      await Promise.all(
        Array.from({ length: 50 }, () => call(doors.egress, "http://other.test/", { method: "GET" })),
      );
    }
    await doors.close();
    expect(doors.decisions).toHaveLength(2001);
    expect(doors.decisions.at(-1)?.reason).toBe("100 further decisions were not recorded one by one");
  });
});
