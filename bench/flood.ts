// `npm run bench flood [-- --write]`: what an agent's output of 2 GB costs the runner's memory, by what it consists of.
// With --write it makes its section of docs/benchmarks.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { tellSection } from "./page/write-section.ts";
import { describeMachine } from "./queue/machine.ts";

const meter = join(import.meta.dirname, "..", "test", "runner", "flood-meter.ts");
const Measured = z.object({ grownMb: z.number(), seconds: z.number() });
const megabytes = 2048;
const ways = {
  lines: "lines of a log",
  json: "JSON lines of 16 kB",
  huge: "JSON lines of 900 kB",
  endless: "one line without an end",
  secrets: "lines, every 14th with a secret",
};

const rows = Object.entries(ways).map(([way, name]) => {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-bench-"));
  try {
    const said = execFileSync(process.execPath, [meter, way, String(megabytes), folder], {
      encoding: "utf8",
    });
    const { grownMb, seconds } = Measured.parse(JSON.parse(said));
    return `| ${name} | ${grownMb} MB | ${(megabytes / seconds).toFixed(0)} MB/s |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

tellSection(
  "flood",
  `## A flood of output

Made by \`npm run bench flood -- --write\` on a machine with ${await describeMachine(tmpdir())}. A program prints 2 GB; the runner
reads it as an agent's output, masks 50 secrets, keeps the artifacts and reads the events. Its memory is the process's
resident set at its highest, less what it was before.

| what is printed | memory grows by | speed |
| --- | ---: | ---: |
${rows.join("\n")}
`,
);
