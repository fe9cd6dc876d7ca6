// `npm run bench redact [-- --write]`: how fast secrets are masked, in pieces as they come from a pipe, from small writes, and line by line. With
// --write it makes its section of docs/benchmarks.md.
import { tmpdir } from "node:os";
import { tellSection } from "./page/write-section.ts";
import { describeMachine } from "./queue/machine.ts";
import { createRedactor, type Redactor } from "../src/redact.ts";

const line =
  "12:03:04 edit src/components/checkout/basket.ts completed: 14 lines added, 3 removed; running the tests again\n";
const command = `sed -n '1,200p' src/components/checkout/basket.ts`;
const output = "import { a } from 'b';\nexport const x = await fetch(`https://example.com/path?x=${y}`);\n";
const item = { id: "item_31", type: "command_execution", command, aggregated_output: output, exit_code: 0 };
const texts = {
  "log lines": line,
  "JSON events": `${JSON.stringify({ type: "item.completed", item })}\n`,
  base64: `${Buffer.from(line + output).toString("base64")}\n`,
};
const megabytes = 24;
const pieces = [1024 * 1024, 64 * 1024, 4096, 1024, 111];

/** Of this thread's own time, the best of three: other programs on the machine don't count. */
function megabytesPerSecond(text: string, length: number, work: (chunk: string) => string): number {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += length) {
    // Through a buffer, as from a pipe: not a view into one long text.
    chunks.push(Buffer.from(text.slice(at, at + length)).toString("utf8"));
  }
  let best = 0;
  for (let round = 0; round < 3; round++) {
    const begin = process.threadCpuUsage();
    let told = 0;
    for (const chunk of chunks) told += work(chunk).length;
    const { user, system } = process.threadCpuUsage(begin);
    best = Math.max(best, told / 1024 / 1024 / ((user + system) / 1e6));
  }
  return best;
}

function withSecrets(count: number): Redactor {
  const redactor = createRedactor();
  for (let at = 0; at < count; at++) {
    redactor.register(`not-a-real-secret-${at}-${"x7Qz".repeat(6)}`, `SECRET_${at}`);
  }
  return redactor;
}

const rows: string[] = [];
for (const [name, unit] of Object.entries(texts)) {
  const text = unit.repeat(Math.ceil((megabytes * 1024 * 1024) / unit.length));
  for (const secrets of [0, 10, 50]) {
    const redactor = withSecrets(secrets);
    const whole = megabytesPerSecond(text, text.length, (chunk) => redactor.mask(chunk));
    const streamed = pieces.map((length) => {
      const stream = redactor.stream();
      return megabytesPerSecond(text, length, (chunk) => stream.push(chunk));
    });
    const cells = [name, String(secrets), ...[whole, ...streamed].map((speed) => speed.toFixed(0))];
    rows.push(`| ${cells.join(" | ")} |`);
  }
}

const key = `-----BEGIN PRIVATE KEY-----\n${"QUJDREVG".repeat(2000)}`;
const stream = withSecrets(50).stream();
const begin = process.threadCpuUsage();
for (const char of key) stream.push(char);
const { user, system } = process.threadCpuUsage(begin);

tellSection(
  "redact",
  `## Masking secrets

Made by \`npm run bench redact -- --write\` on a machine with ${await describeMachine(tmpdir())}: megabytes for each second of one
thread's own time, by the number of registered secrets and the length of the pieces in which a stream comes, in characters.

| text | secrets | whole | ${pieces.map((length) => length.toLocaleString("en")).join(" | ")} |
| --- | ---: | ---: | ${pieces.map(() => "---:").join(" | ")} |
${rows.join("\n")}

A private key without an end, ${key.length.toLocaleString("en")} characters one by one: ${((user + system) / 1000).toFixed(0)} ms.
`,
);
