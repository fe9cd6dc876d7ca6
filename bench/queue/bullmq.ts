// BullMQ on a Redis that syncs its log at each write.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { body, type Contestant } from "./contestant.ts";
import { freePort } from "./free-port.ts";
import type { LoadOpponent } from "./opponents.ts";

interface BullQueue {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: object, options: { jobId: string }): Promise<unknown>;
  close(): Promise<void>;
}
const BullMq = z.object({
  Queue: z.custom<new (name: string, options: object) => BullQueue>((value) => typeof value === "function"),
});

/** From Debian's package of this name. */
const redisServer = "redis-server";

export async function createBullMq(folder: string, load: LoadOpponent): Promise<Contestant> {
  const { Queue } = BullMq.parse(load("bullmq"));
  const { port, end } = await startRedis(folder);
  const queue = new Queue("jobs", { connection: { host: "127.0.0.1", port } });
  await queue.waitUntilReady();
  return {
    name: "BullMQ on Redis, appendfsync always",
    async enqueue(n) {
      await queue.add("job", { body }, { jobId: `job-${n}` });
    },
    async close() {
      await queue.close();
      await end();
    },
  };
}

async function startRedis(folder: string): Promise<{ port: number; end: () => Promise<void> }> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = {
    port,
    bind: "127.0.0.1",
    dir: folder,
    appendonly: "yes",
    appendfsync: "always",
    save: "",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const redis = spawn(redisServer, flags, { stdio: "ignore" });
  const exited = once(redis, "exit").catch((cause: unknown) => {
    throw new Error("redis-server is not installed (Debian: apt-get install redis-server)", {
      cause,
    });
  });
  const up = (async () => {
    for (let tries = 0; tries < 200; tries += 1) {
      if (await answers(port)) return true;
      await delay(50);
    }
    return false;
  })();
  const isUp = await Promise.race([up, exited.then(() => false)]);
  if (!isUp) throw new Error("starting redis-server");
  return {
    port,
    async end() {
      redis.kill();
      await exited;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
