// What the model door adds to a call and how much it passes on, beside a direct connection in the same run. Provider,
// door and client are processes of their own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request, type RequestOptions } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { median, quantile } from "../queue/quantile.ts";

const calls = 300;
const streamMegabytes = 512;
const rounds = 5;

function start(program: string, args: string[] = []) {
  const child = fork(join(import.meta.dirname, program), args, { stdio: "inherit" });
  process.on("exit", () => child.kill());
  return child;
}

/** A request as an agent's program sends it in the middle of a job. */
const body = JSON.stringify({
  model: "m",
  stream: true,
  messages: Array.from({ length: 100 }, (_, at) => ({
    role: at % 2 === 0 ? "user" : "assistant",
    content: [{ type: "text", text: `a turn of the conversation with some code {"n": ${at}}\n`.repeat(15) }],
  })),
});
const agent = new Agent({ keepAlive: true });
/** Sends one call with the step's token; gives the milliseconds to the first byte of the answer's body and to its end, and its bytes. */
async function call(way: RequestOptions, token: string, megabytes: number) {
  const { promise, resolve, reject } = Promise.withResolvers<{ first: number; all: number; bytes: number }>();
  const begin = performance.now();
  const headers = {
    "x-api-key": token,
    "x-app": String(megabytes),
    "content-length": Buffer.byteLength(body),
  };
  const req = request({ ...way, method: "POST", agent, headers }, (res) => {
    let first = 0;
    let bytes = 0;
    res.on("data", (chunk: Buffer) => {
      if (bytes === 0) first = performance.now() - begin;
      bytes += chunk.length;
    });
    res.on("error", reject);
    res.on("end", () => resolve({ first, all: performance.now() - begin, bytes }));
  });
  req.on("error", reject);
  req.end(body);
  return await promise;
}

export interface Measured {
  /** What was asked for, in words. */
  conditions: string;
  /** In ms and in MB/s, by way: direct, through the door. */
  ways: Record<string, { firstByteMs: number; firstByte95Ms: number; streamMBs: number; bestMBs: number }>;
  /** What the door adds to the first byte's median. */
  addedMs: number;
}

/** Takes about half a minute. */
export async function measureDoor(): Promise<Measured> {
  const upstream = start("upstream.ts");
  const [port] = z.tuple([z.number()]).parse((await once(upstream, "message")).slice(0, 1));
  const door = start("door.ts", [`http://127.0.0.1:${port}`]);
  const [opened] = z
    .tuple([z.object({ socket: z.string(), token: z.string() })])
    .parse((await once(door, "message")).slice(0, 1));

  const ways: Record<string, RequestOptions> = {
    direct: { host: "127.0.0.1", port, path: "/v1/messages" },
    "through the door": { socketPath: opened.socket, path: "/anthropic/v1/messages" },
  };

  const firsts: Record<string, number[]> = {};
  const speeds: Record<string, number[]> = {};
  for (let at = -20; at < calls; at++) {
    for (const [name, way] of Object.entries(ways)) {
      const { first } = await call(way, opened.token, 0);
      if (at >= 0) (firsts[name] ??= []).push(first);
    }
  }
  for (let at = 0; at < rounds; at++) {
    for (const [name, way] of Object.entries(ways)) {
      const { all, bytes } = await call(way, opened.token, streamMegabytes);
      (speeds[name] ??= []).push(bytes / 1e6 / (all / 1000));
    }
  }

  upstream.kill();
  door.disconnect();
  const measured = Object.fromEntries(
    Object.keys(ways).map((name) => {
      const [first, speed] = [firsts[name] ?? [], speeds[name] ?? []];
      const figures = {
        firstByteMs: median(first),
        firstByte95Ms: quantile(first, 0.95),
        streamMBs: median(speed),
        bestMBs: Math.max(...speed),
      };
      return [name, figures];
    }),
  );
  return {
    conditions: `${calls} calls with a body of ${Math.round(body.length / 1024)} KB each way, ${rounds} streams of ${streamMegabytes} MB`,
    ways: measured,
    addedMs: median(firsts["through the door"] ?? []) - median(firsts["direct"] ?? []),
  };
}
