// No connection of the pool is ever without somebody who listens for its errors, and who listens for news hears when its
// own connection broke.
//
// A server that shuts down says so to each session. When that comes in one piece with the answer to what was asked before,
// the pool has already let go of the connection and whoever asked for it has not taken it yet: the error would end the
// process.
import { EventEmitter } from "node:events";
import { z } from "zod";

/** pg-boss's own access to the database has node-postgres's pool and tells of errors, but its type doesn't say so. */
const Pooled = z.object({ pool: z.instanceof(EventEmitter) });

/**
 * `db` is what pg-boss made, after its start. Whoever uses a connection still hears of its errors as before. The pool
 * names the connection that broke, and opens another one when it needs it; `onBroken` is called for the one that listens.
 */
export function guardConnections(db: unknown, onBroken: () => void): void {
  const known = new WeakSet();
  const { pool } = Pooled.parse(db);
  pool.on("acquire", (client: unknown) => {
    if (!(client instanceof EventEmitter) || known.has(client)) return;
    known.add(client);
    client.on("error", () => undefined);
  });
  if (!(db instanceof EventEmitter)) return;
  db.on("error", (error: unknown) => {
    if (!(error instanceof Error && "client" in error)) onBroken();
  });
}
