// `npm run bench queue [-- --full --opponents=FOLDER --folder=FOLDER --only=enqueue,claim --write]`: the queue in
// figures, each a ratio within one run. With --write, a run of all sections makes docs/benchmarks.md and its pictures.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { measureClaim } from "./queue/claim.ts";
import { measureEnqueue } from "./queue/enqueue.ts";
import { readFlags, Section } from "./queue/flags.ts";
import { measureIdle } from "./queue/idle.ts";
import { measureLatency } from "./queue/latency.ts";
import { describeMachine } from "./queue/machine.ts";
import { createLoadOpponent } from "./queue/opponents.ts";
import { publish } from "./queue/publish.ts";
import { claimPart, enqueuePart, idlePart, latencyPart, type Part, webhookPart } from "./queue/report.ts";
import { measureWebhook } from "./queue/webhook.ts";

const flags = readFlags(process.argv.slice(2));
const root = mkdtempSync(join(flags.folder ?? tmpdir(), "patchbay-bench-"));
// Postgres runs as a user of its own.
chmodSync(root, 0o755);

function folderOf(section: Section): string {
  const folder = join(root, section);
  mkdirSync(folder);
  return folder;
}

const measure: Record<Section, () => Promise<Part>> = {
  enqueue: async () =>
    enqueuePart(await measureEnqueue(folderOf("enqueue"), createLoadOpponent(flags.opponents))),
  claim: async () =>
    claimPart(
      await measureClaim(folderOf("claim"), [100, 10_000, 100_000, ...(flags.full ? [1_000_000] : [])]),
    ),
  latency: async () => latencyPart(await measureLatency(folderOf("latency"))),
  idle: async () => idlePart(await measureIdle(folderOf("idle"), 60)),
  webhook: async () => webhookPart(await measureWebhook(folderOf("webhook"))),
};

const begin = performance.now();
const loadBefore = loadavg()[0] ?? 0;
const parts: Part[] = [];
try {
  const machine = await describeMachine(root);
  for (const section of flags.only) {
    const part = await measure[section]();
    console.log(`\n${part.text}`);
    parts.push(part);
  }
  if (flags.write && parts.length === Section.options.length) {
    const seconds = (performance.now() - begin) / 1000;
    const words = ["npm run bench queue -- --write", ...(flags.full ? ["--full"] : [])];
    if (flags.opponents !== undefined) words.push("--opponents=FOLDER");
    publish(parts, { machine, command: words.join(" "), seconds, loads: [loadBefore, loadavg()[0] ?? 0] });
  }
} finally {
  // A million files take minutes; nobody has to wait for that.
  spawn("rm", ["-rf", "--", root], { detached: true, stdio: "ignore" }).unref();
}
