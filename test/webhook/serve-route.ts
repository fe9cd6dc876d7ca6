// A route behind a server of its own, as the product serves it.
import { once } from "node:events";
import { type HttpBindings, serve } from "@hono/node-server";
import type { Hono } from "hono";

export interface Served {
  port: number;
  close(): Promise<void>;
}

export async function serveRoute(route: Hono<{ Bindings: HttpBindings }>): Promise<Served> {
  const server = serve({ fetch: route.fetch, hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it listens nowhere");
  return {
    port: address.port,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}
