// `npm run bench doors`: what the model door adds to a call and how much it passes on, beside a direct connection in the
// same run. Provider, door and client are processes of their own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request, type RequestOptions } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { median, quantile } from "./queue/quantile.ts";

const calls = 300;
const streamMegabytes = 512;
const rounds = 5;

function start(program: string, args: string[] = []) {
  const child = fork(join(import.meta.dirname, "doors", program), args, {
    stdio: "inherit",
    execArgv: program === "door.ts" ? ["--cpu-prof", "--cpu-prof-dir=/tmp/wt/prof"] : [],
  });
  process.on("exit", () => child.kill());
  return child;
}

const upstream = start("upstream.ts");
const [port] = z.tuple([z.number()]).parse((await once(upstream, "message")).slice(0, 1));
const door = start("door.ts", [`http://127.0.0.1:${port}`]);
const [opened] = z
  .tuple([z.object({ socket: z.string(), token: z.string() })])
  .parse((await once(door, "message")).slice(0, 1));

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
const ways: Record<string, RequestOptions> = {
  direct: { host: "127.0.0.1", port, path: "/v1/messages" },
  "through the door": { socketPath: opened.socket, path: "/anthropic/v1/messages" },
};

/** Sends one call; gives the milliseconds to the first byte of the answer's body and to its end, and its bytes. */
async function call(way: RequestOptions, megabytes: number) {
  const { promise, resolve, reject } = Promise.withResolvers<{ first: number; all: number; bytes: number }>();
  const begin = performance.now();
  const headers = {
    "x-api-key": opened.token,
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

const firsts: Record<string, number[]> = {};
const speeds: Record<string, number[]> = {};
for (let at = -20; at < calls; at++) {
  for (const [name, way] of Object.entries(ways)) {
    const { first } = await call(way, 0);
    if (at >= 0) (firsts[name] ??= []).push(first);
  }
}
for (let at = 0; at < rounds; at++) {
  for (const [name, way] of Object.entries(ways)) {
    const { all, bytes } = await call(way, streamMegabytes);
    (speeds[name] ??= []).push(bytes / 1e6 / (all / 1000));
  }
}

console.log(
  `${calls} calls with a body of ${Math.round(body.length / 1024)} KB each way, ${rounds} streams of ${streamMegabytes} MB`,
);
console.log("                  first byte, median   95 %       stream, median   best");
for (const name of Object.keys(ways)) {
  const first = firsts[name] ?? [];
  const speed = speeds[name] ?? [];
  console.log(
    `${name.padEnd(18)}${median(first).toFixed(2).padStart(15)} ms  ${quantile(first, 0.95).toFixed(2).padStart(6)} ms ` +
      `${median(speed).toFixed(0).padStart(12)} MB/s ${Math.max(...speed)
        .toFixed(0)
        .padStart(6)} MB/s`,
  );
}
const added = median(firsts["through the door"] ?? []) - median(firsts["direct"] ?? []);
console.log(`the door adds ${added.toFixed(2)} ms to the first byte`);
upstream.kill();
door.disconnect();
