// A TCP proxy between a queue and its Postgres that a test can cut, also at one exact moment of a conversation.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** How often a text appears in what clients say, and what is to happen then. */
interface Trap {
  text: string;
  /** How many times it may still pass. */
  passes: number;
  /** Whether the server still hears it; its answer is lost in any case. */
  heard: boolean;
  sprung: () => void;
}

/** "Ready for query", and the error of a server that shuts down (postgresql.org, Message Formats). */
const ready = Buffer.from("Z\0\0\0\x05I", "latin1");
const goodBye = Buffer.from("E\0\0\0\x34SFATAL\0VFATAL\0C57P01\0Mthe server says good-bye\0\0", "latin1");

/** A transaction's own end, and not a text in which the word is. */
export const commit = "Q\0\0\0\x0bCOMMIT\0";

export type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** Passes everything on to 127.0.0.1:`port`. */
export async function startProxy(port: number) {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  let listening: Server | undefined;
  let trap: Trap | undefined;
  let own = 0;
  let farewell: (() => void) | undefined;

  function accept(client: Socket): void {
    const server = connect(port, "127.0.0.1");
    const pair = { client, server };
    pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    let isUp = false;
    server.on("data", (bytes) => {
      const isStart = !isUp && bytes.subarray(-ready.length).equals(ready);
      isUp ||= isStart;
      if (!farewell || !isStart) return void client.write(bytes);
      client.end(Buffer.concat([bytes, goodBye]), farewell);
      farewell = undefined;
      server.destroy();
    });
    client.on("data", (bytes) => {
      if (!trap || !bytes.includes(trap.text)) return void server.write(bytes);
      trap.passes -= 1;
      if (trap.passes >= 0) return void server.write(bytes);
      const { heard, sprung } = trap;
      trap = undefined;
      // Nothing of the answer comes back; the server closes the session once it has done what it heard.
      server.removeAllListeners("data");
      server.resume();
      client.removeAllListeners("close");
      server.once("close", () => void cut().then(sprung));
      if (heard) server.end(bytes);
      else server.destroy();
      client.destroy();
    });
  }

  async function listen(): Promise<void> {
    if (listening) return;
    const server = createServer(accept).listen(own, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
    own = address.port;
    listening = server;
  }

  /** Breaks every connection and refuses new ones. */
  async function cut(): Promise<void> {
    const server = listening;
    listening = undefined;
    const closed = server && once(server, "close");
    server?.close();
    for (const { client } of pairs) client.destroy();
    await closed;
  }

  await listen();
  return {
    /** The address of the database by way of the proxy. */
    through(url: string): string {
      return Object.assign(new URL(url), { host: `127.0.0.1:${own}` }).href;
    },
    cut,
    /** Connections are accepted again. */
    mend: listen,
    /** Cuts everything when clients say `text`, before or after the server hears it. Resolves then. */
    cutAt(text: string, { heard, passes = 0 }: { heard: boolean; passes?: number }): Promise<void> {
      return new Promise((sprung) => {
        trap = { text, passes, heard, sprung };
      });
    },
    /** The next connection's start comes in one piece with the server's good-bye; resolves once it was said. */
    sayGoodBye(): Promise<void> {
      const said = Promise.withResolvers<void>();
      farewell = said.resolve;
      return said.promise;
    },
    end: cut,
  };
}
