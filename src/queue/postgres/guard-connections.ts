// No connection of the pool is ever without somebody who listens for its errors.
//
// A server that shuts down says so to each session. When that comes in one piece with the answer to the connection's own
// start, the pool has already let go of it and whoever asked has not taken it yet: the error would end the process.
import { EventEmitter } from "node:events";
import { z } from "zod";

/** pg-boss's own access to the database has node-postgres's pool, but its type doesn't say so. */
const Pooled = z.object({ pool: z.instanceof(EventEmitter) });

/** `db` is what pg-boss made after its start. Whoever uses a connection still hears of its errors as before. */
export function guardConnections(db: unknown): void {
  Pooled.parse(db).pool.on("connect", (client: unknown) => {
    if (client instanceof EventEmitter) client.on("error", () => undefined);
  });
}
