// Attacks on the network: this machine's services, the outside, and the one way out that there is.
import { chown, chmod } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { dialLoopback, openDoors } from "../open-doors.ts";
import { openSeat, type Seat, seats } from "./seat.ts";

const Connected = z.object({ results: z.array(z.string()), interfaces: z.array(z.string()) });
const nobody = 65_534;

async function listen(server: TcpServer | Server, at: string | number): Promise<string> {
  await new Promise<void>((done) => {
    if (typeof at === "number") server.listen(at, "127.0.0.1", done);
    else server.listen(at, done);
  });
  const address = server.address();
  return typeof address === "object" && address ? String(address.port) : "";
}

describe.each(seats)("%s", (name) => {
  let seat: Seat;
  const services: (TcpServer | Server)[] = [];
  beforeAll(async () => {
    seat = await openSeat(name);
  });
  afterAll(async () => {
    for (const service of services) service.close();
    await seat.close();
  });

  test("no service of this machine is reached, by port, by socket file or by an abstract name", async () => {
    const greet = () => createTcpServer((socket) => socket.on("error", () => undefined).end("hello"));
    const [tcp, file, abstract] = [greet(), greet(), greet()];
    services.push(tcp, file, abstract);
    const port = await listen(tcp, 0);
    const path = join(seat.folder, "service.sock");
    await listen(file, path);
    await chmod(path, 0o777);
    const word = `patchbay-attack-${process.pid}-${Math.random().toString(36).slice(2)}`;
    await listen(abstract, `\0${word}`);
    const targets = [`tcp:127.0.0.1:${port}`, `unix:${path}`, `abstract:${word}`];

    const inside = (await seat.attack("connects.js", targets)).printed(Connected);
    expect(inside.results).toEqual(["ECONNREFUSED", "ENOENT", "ECONNREFUSED"]);
    const without = (await seat.attack("connects.js", targets, { how: "none" })).printed(Connected);
    expect(without.results).toEqual(["connected", "connected", "connected"]);
  });

  test("there is no other network: no interface, no route, no names", async () => {
    const targets = ["tcp:93.184.215.14:443", "tcp:169.254.169.254:80", "tcp:2606:2800:21f::1:443"];
    const inside = (await seat.attack("connects.js", [...targets, "name:example.com"])).printed(Connected);
    expect(inside.results.slice(0, 3)).toEqual(["ENETUNREACH", "ENETUNREACH", "ENETUNREACH"]);
    expect(inside.results[3]).toMatch(/^EAI_AGAIN|^ENOTFOUND/);
    expect(inside.interfaces).toEqual(["lo"]);
    const without = (await seat.attack("connects.js", [], { how: "none" })).printed(Connected);
    expect(without.interfaces).toEqual(Object.keys(networkInterfaces()));
  });

  test("a client that smuggles at the proxy reaches nothing but the allowed host, and with it only what was asked for openly", async () => {
    const asked: string[] = [];
    const host = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} for ${request.headers.host}`);
      response.end("the host's answer");
    });
    services.push(host);
    const port = await listen(host, 0);
    const allowed = `allowed.example:${port}`;
    const { marker, workspace, home } = await seat.newFolders();
    const doors = await openDoors(
      { resolve: async () => ["93.184.215.14"], dial: dialLoopback() },
      {
        folder: join(seat.folder, marker),
        allow: [allowed],
        ...(process.getuid?.() === 0 ? { socketOwner: { uid: nobody, gid: nobody } } : {}),
      },
    );
    if (process.getuid?.() === 0) await chown(join(seat.folder, marker), nobody, nobody);

    const connect = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
    const get = (fields: string, body = "") =>
      `GET http://${allowed}/open HTTP/1.1\r\nHost: ${allowed}\r\n${fields}\r\n${body}`;
    const hidden = `GET /smuggled HTTP/1.1\r\nHost: internal.example\r\n\r\n`;
    const refused = [
      connect(`127.0.0.1:${port}`),
      connect(`127.1:${port}`),
      connect(`2130706433:${port}`),
      connect(`[::ffff:127.0.0.1]:${port}`),
      connect(`169.254.169.254:80`),
      connect(`allowed.example:22`),
      connect(`${allowed}@other.example:443`),
      connect(`allowed.example\0.other.example:${port}`),
      `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: ${allowed}\r\n\r\n`,
      get(`Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n`, hidden),
      get("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", `0\r\n\r\n${hidden}`),
      get("Transfer-Encoding : chunked\r\n", `0\r\n\r\n${hidden}`),
      get(`X: a\rHost: internal.example\r\n`, hidden),
    ];
    const passing = [get("Connection: close\r\n"), get("", hidden)];
    const attempts = [...refused, ...passing].map((text) => Buffer.from(text, "latin1").toString("base64"));
    const inside = await seat.attack("smuggles.js", ["3128", ...attempts], {
      marker,
      workspace,
      home,
      doors: doors.folder,
    });
    const answers = inside.printed(z.array(z.string()));
    for (const [at, answer] of answers.slice(0, refused.length).entries()) {
      expect(answer, refused[at]).toMatch(/^HTTP\/1\.1 4\d\d |^$|^ECONNRESET/);
    }
    expect(answers.at(-2)).toMatch(/^HTTP\/1\.1 200 [^]*the host's answer/);
    expect(asked).toEqual(Array.from({ length: asked.length }, () => `GET /open for ${allowed}`));
    await doors.close();

    // The host itself answers the second request of a connection.
    asked.length = 0;
    const straight = `GET /open HTTP/1.1\r\nHost: ${allowed}\r\n\r\n${hidden}`;
    const word = Buffer.from(straight, "latin1").toString("base64");
    await seat.attack("smuggles.js", [port, word], { how: "none" });
    expect(asked).toEqual([`GET /open for ${allowed}`, "GET /smuggled for internal.example"]);
  });

  test("without a door there is no way out at all", async () => {
    const inside = await seat.attack("connects.js", ["tcp:127.0.0.1:3128", "tcp:127.0.0.1:3129"]);
    expect(inside.printed(Connected).results).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
  });
});
