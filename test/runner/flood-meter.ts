// Runs a flooding program as a step does, with launcher, agent, redactor and log, and prints what that cost this
// process. Arguments: the way, megabytes, a folder for the log.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DescribedCli } from "../../src/agents/described-cli.ts";
import { createDescribedCli } from "../../src/agents/described-cli-agent.ts";
import { keepHeapSmall } from "../../src/io/small-heap.ts";
import { createRedactor } from "../../src/redact.ts";
import { openStepLog } from "../../src/runner/step-log.ts";
import { createUnconfinedLauncher } from "../../src/sandbox/unconfined.ts";

const [, , way = "lines", megabytes = "1", folder = ""] = process.argv;
const secret = "s3cret-that-must-not-be-seen-0001";
keepHeapSmall();
const redactor = createRedactor();
redactor.register(secret, "SECRET");
for (let at = 1; at < 50; at++) redactor.register(`not-a-real-secret-${at}-${"x7Qz".repeat(6)}`, `S${at}`);

const program = join(import.meta.dirname, "..", "fixtures", "agents", "floods.js");
const isJson = way === "json" || way === "huge";
const agent = createDescribedCli(
  DescribedCli.parse({
    name: "floods",
    binary: process.execPath,
    args: [program, way, megabytes, secret],
    ...(isJson && { output: { format: "jsonl", message: "text" } }),
  }),
);
const home = join(folder, "home");
await mkdir(home, { recursive: true });
const log = openStepLog({
  folder,
  maxChars: 200_000,
  createMask: () => redactor.stream(),
  clock: () => new Date(),
});
const launch = createUnconfinedLauncher({
  environment: { PATH: process.env["PATH"] ?? "" },
  graceMs: 100,
  maxOutputBytes: 1e12,
});

let peak = 0;
let seen = 0;
let looked = 0;
const before = process.memoryUsage.rss();
const begin = performance.now();
const outcome = await agent.run({
  jobId: "flood-meter",
  stepId: "01",
  role: "implementer",
  readOnly: false,
  sandboxed: false,
  prompt: "flood",
  goal: "flood",
  inputs: [],
  images: [],
  model: undefined,
  allowedTools: undefined,
  sessionId: undefined,
  workspace: folder,
  home,
  gateways: {},
  token: "",
  signal: new AbortController().signal,
  onEvent: (event) => log.event(event),
  launch: (command, onLine) =>
    launch(command, {
      marker: `flood-meter-${process.pid}`,
      workspace: folder,
      home,
      timeoutMs: 3_600_000,
      stallMs: 60_000,
      signal: new AbortController().signal,
      readOnly: false,
      doors: undefined,
      onLine,
      onOutput(stream, chunk) {
        log.output(stream, chunk);
        seen += chunk.length;
        if (seen - looked < 1_000_000) return;
        looked = seen;
        peak = Math.max(peak, process.memoryUsage.rss());
      },
    }),
});
log.close();
peak = Math.max(peak, process.memoryUsage.rss());
const seconds = (performance.now() - begin) / 1000;
console.log(
  JSON.stringify({
    status: outcome.status,
    seen,
    grownMb: Math.round((peak - before) / 1024 / 1024),
    seconds,
    reportChars: outcome.report.length,
  }),
);
