// From a delivery's first byte to its answer under load: ours is durable by then, Probot's own middleware keeps nothing.
import { createHmac, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import { type Child, startChild } from "./child.ts";
import { openConnection } from "./connection.ts";
import { median, quantile } from "./quantile.ts";

export interface WebhookResult {
  bytes: number;
  connections: number;
  servers: {
    name: string;
    perSecond: number;
    medianMs: number;
    p99Ms: number;
    /** Of the server's processor time, in microseconds for each delivery. */
    cpuUs: number;
    /** Medians of what it had of the first server's in the same round. */
    rateRatio: number;
    p99Ratio: number;
  }[];
}

const secret = "only on loopback";
const connections = 32;
const rounds = 10;
const roundMs = 1000;

/** GitHub's recorded comment on an issue, with a command in it, so that it is kept. */
function recordedComment(): string {
  const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples/api.github.com/index.json");
  const Definitions = z.array(z.object({ name: z.string(), examples: z.array(z.looseObject({})) }));
  const definitions = Definitions.parse(JSON.parse(readFileSync(file, "utf8")));
  const examples = definitions.find(({ name }) => name === "issue_comment")?.examples ?? [];
  const Created = z.looseObject({
    action: z.literal("created"),
    comment: z.looseObject({ body: z.string() }),
  });
  const [first] = examples.map((each) => Created.safeParse(each).data).filter((each) => each !== undefined);
  if (!first) throw new Error("there is no recorded comment");
  return JSON.stringify({ ...first, comment: { ...first.comment, body: "/agent fix the login" } });
}

function makeRequest(): { bytes: number; request: () => Buffer } {
  const body = recordedComment();
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const bytes = Buffer.byteLength(body);
  return {
    bytes,
    request: () =>
      Buffer.from(
        "POST /api/github/webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
          `User-Agent: GitHub-Hookshot/1\r\nX-GitHub-Event: issue_comment\r\nX-GitHub-Delivery: ${randomUUID()}\r\n` +
          `X-Hub-Signature-256: sha256=${signature}\r\nContent-Length: ${bytes}\r\n\r\n${body}`,
      ),
  };
}

interface Round {
  perSecond: number;
  times: number[];
  cpuUs: number;
}

/** A folder in memory: what is left there is the work itself, without the disk. */
const memory = "/dev/shm";

/** What a process has used of the processors, in microseconds: fields 14 and 15 of /proc/<pid>/stat, in 1/100 s (proc(5)). */
function cpuTimeUs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Over new connections: a server ends those that were silent while the others had their turn. */
async function load(
  server: { port: number; status: number; child: Child },
  request: () => Buffer,
): Promise<Round> {
  const { port, status } = server;
  const { pid } = server.child.process;
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  const times: number[] = [];
  const cpu = cpuTimeUs(pid);
  const begin = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() - begin < roundMs) {
        const message = request();
        const sent = performance.now();
        const answered = await connection.ask(message);
        if (answered !== status) throw new Error(`answered ${answered} instead of ${status}`);
        times.push(performance.now() - sent);
      }
    }),
  );
  const perSecond = times.length / ((performance.now() - begin) / 1000);
  for (const connection of open) connection.end();
  return { perSecond, times, cpuUs: (cpuTimeUs(pid) - cpu) / times.length };
}

/** The servers take turns, each in a process of its own; the load comes from this one. */
export async function measureWebhook(folder: string): Promise<WebhookResult> {
  const { bytes, request } = makeRequest();
  const inMemory = existsSync(memory) ? mkdtempSync(join(memory, "patchbay-bench-")) : undefined;
  const servers = [
    { name: "Probot's middleware, keeps nothing", kind: "probot", root: folder },
    { name: "our route, keeps nothing", kind: "memory", root: folder },
    { name: "our route on the bare loop", kind: "bare", root: folder },
    { name: "our route, durable in the inbox", kind: "own", root: folder },
    ...(inMemory === undefined
      ? []
      : [
          { name: "the bare loop in /dev/shm", kind: "bare", root: inMemory },
          { name: "the inbox in /dev/shm", kind: "own", root: inMemory },
        ]),
  ].map(({ name, kind, root }) => ({
    name,
    child: startChild("webhook-server.ts", [kind, secret, join(root, kind)]),
    status: kind === "probot" ? 200 : 202,
    port: 0,
    rounds: [] as Round[],
  }));
  try {
    for (const server of servers) {
      server.port = (await server.child.next(z.object({ port: z.int() }))).port;
      await load(server, request);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
        server.rounds.push(await load(server, request));
      }
    }
  } finally {
    for (const { child } of servers) await child.end();
    if (inMemory !== undefined) rmSync(inMemory, { recursive: true, force: true });
  }
  const p99Of = ({ times }: Round): number => quantile(times, 0.99);
  const first = servers[0]?.rounds ?? [];
  const ratioOf = (own: readonly Round[], figure: (round: Round) => number): number =>
    median(own.map((round, at) => figure(round) / figure(first[at] ?? round)));
  return {
    bytes,
    connections,
    servers: servers.map(({ name, rounds: own }) => ({
      name,
      perSecond: median(own.map(({ perSecond }) => perSecond)),
      medianMs: median(own.map(({ times }) => median(times))),
      p99Ms: median(own.map(p99Of)),
      cpuUs: median(own.map(({ cpuUs }) => cpuUs)),
      rateRatio: ratioOf(own, ({ perSecond }) => perSecond),
      p99Ratio: ratioOf(own, p99Of),
    })),
  };
}
