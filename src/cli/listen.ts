// A server on HOST and a port.
import { serve, type ServerType } from "@hono/node-server";
import { UserError, explain } from "../errors.ts";

interface Listening {
  server: ServerType;
  /** The one that was asked for, or the one that was free when that was 0. */
  port: number;
}

/** Resolves once the port is open. Throws UserError when it can't be had; `setting` names its variable. */
export function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  at: { host: string; port: number; setting: string },
): Promise<Listening> {
  const server = serve({ fetch, hostname: at.host, port: at.port });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new UserError(`listening: ${explain(cause)}; set HOST and ${at.setting} to an address that is free`, {
          cause,
        }),
      );
    });
    server.once("listening", () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address !== null ? address.port : 0 });
    });
  });
}
