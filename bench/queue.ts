// `npm run bench queue [-- --full --opponents=FOLDER --folder=FOLDER --only=enqueue,claim]`: the queue in figures, each
// a ratio within one run. A run of all sections writes docs/benchmarks.md and its pictures.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureClaim } from "./queue/claim.ts";
import { measureEnqueue } from "./queue/enqueue.ts";
import { readFlags, Section } from "./queue/flags.ts";
import { describeMachine } from "./queue/machine.ts";
import { createLoadOpponent } from "./queue/opponents.ts";
import { publish } from "./queue/publish.ts";
import { claimPart, enqueuePart, type Part } from "./queue/report.ts";

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
};

const begin = performance.now();
const parts: Part[] = [];
try {
  const machine = await describeMachine(root);
  for (const section of flags.only) {
    const part = await measure[section]();
    console.log(`\n${part.text}`);
    parts.push(part);
    rmSync(join(root, section), { recursive: true, force: true });
  }
  if (parts.length === Section.options.length) {
    const seconds = (performance.now() - begin) / 1000;
    publish(parts, { machine, command: `npm run bench queue${flags.full ? " -- --full" : ""}`, seconds });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
