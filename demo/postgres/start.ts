// Starts the program that keeps a Postgres, and tells it what to do.
import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Order } from "./order.ts";

const Ready = z.object({ url: z.string(), port: z.number() });
const program = join(import.meta.dirname, "main.ts");

export type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/**
 * Resolves when connections are accepted. Without a `parent` its data is in a new temporary folder and goes with it.
 * It ends with this process, however that ends.
 */
export async function startPostgres(options: { parent?: string; settings?: Record<string, string> } = {}) {
  const temporary = options.parent === undefined ? await openFolder() : undefined;
  const parent = options.parent ?? temporary ?? "";
  const { settings = {} } = options;
  const child = fork(program, [JSON.stringify({ parent, keep: temporary === undefined, settings })], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit").then(() => {
    throw new Error("the program that keeps Postgres has ended");
  });
  exited.catch(() => undefined);
  const [message]: unknown[] = await Promise.race([once(child, "message"), exited]);
  const { url, port } = Ready.parse(message);

  async function tell(order: Order): Promise<void> {
    const answered = once(child, "message");
    child.send(order);
    await Promise.race([answered, exited]);
  }

  return {
    url,
    port,
    start: () => tell("start"),
    stop: () => tell("stop"),
    crash: () => tell("crash"),
    /** The end of it, and of its data when that is temporary. */
    async end(): Promise<void> {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** A folder that every user may enter: as root, Postgres runs as somebody else. */
async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "patchbay-postgres-"));
  await chmod(folder, 0o755);
  return folder;
}
