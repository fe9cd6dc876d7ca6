// A door's server put where the agent finds it: a Unix socket in the step's folder, or a port of the loopback.
import { once } from "node:events";
import { chmod, chown, open, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { basename, dirname, join } from "node:path";

export interface DoorServer {
  server: Server;
  /** When what was under way as the server's connections ended has been accounted for. */
  settled(): Promise<void>;
}

export interface Listening {
  /** Of the loopback; 0 for a socket. */
  port: number;
  /** Ends every connection, tunnels too, and frees the address. */
  close(): Promise<void>;
}

/** Paths of Unix sockets end at 107 bytes (unix(7), sun_path). */
const maxSocketPath = 107;

/**
 * `at` is a socket's path or "loopback". A socket is readable and writable for its owner alone, who is this process's
 * user or `owner`. A path that is too long for a socket is reached through its folder's descriptor.
 */
export async function listen(
  { server, settled }: DoorServer,
  at: string,
  owner: { uid: number; gid: number } | undefined,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  async function end(): Promise<void> {
    const closed = server.listening ? once(server, "close") : undefined;
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    await settled();
  }

  if (at === "loopback") {
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const address = server.address();
    return { port: typeof address === "object" && address ? address.port : 0, close: end };
  }

  // What an earlier try of the step left here.
  await rm(at, { force: true });
  const folder = Buffer.byteLength(at) > maxSocketPath ? await open(dirname(at)) : undefined;
  try {
    server.listen({
      path: folder === undefined ? at : join("/proc/self/fd", String(folder.fd), basename(at)),
    });
    await once(server, "listening");
    await chmod(at, 0o600);
    if (owner) await chown(at, owner.uid, owner.gid);
  } catch (error) {
    await end();
    await folder?.close();
    throw error;
  }
  return {
    port: 0,
    async close() {
      await end();
      await folder?.close();
      await rm(at, { force: true });
    },
  };
}
