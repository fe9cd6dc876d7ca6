// Who may import whom is told by oxlint.config.ts. Here each rule is broken in a copy of the layout, and oxlint must
// say so; what is allowed must pass.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The rooms that work on a job; none of them may know another. */
const five = ["queue", "sandbox", "agents", "artifacts", "publisher"];

interface Case {
  name: string;
  file: string;
  source: string;
  /** What oxlint must say, as `rule` and a piece of its message. Absent: nothing. */
  breaks?: [rule: string, message: string];
}

const broken: Case[] = [
  ...["src/runner", "src/webhook", "src/job", "src/cli", "src/agents"].map((place): Case => ({
    name: `execa in ${place}/`,
    file: `${place}/spawns.ts`,
    source: 'import { execa } from "execa";\nexport const run = execa;\n',
    breaks: ["no-restricted-imports", "execa is imported only in io/"],
  })),
  ...["src/command", "src/runner", "src/publisher", "src/io"].map((place): Case => ({
    name: `probot in ${place}/`,
    file: `${place}/probes.ts`,
    source: 'import { Probot } from "probot";\nexport const probot = Probot;\n',
    breaks: ["no-restricted-imports", "probot is imported only in webhook/"],
  })),
  {
    name: "the type of probot, too",
    file: "src/queue/probes.ts",
    source: 'import type { Probot } from "probot";\nexport type P = Probot;\n',
    breaks: ["no-restricted-imports", "probot is imported only in webhook/"],
  },
  ...["octokit", "yaml"].map((name): Case => ({
    name: `${name} in job/`,
    file: `src/job/imports-${name}.ts`,
    source: `import * as all from "${name}";\nexport const known = all;\n`,
    breaks: ["no-restricted-imports", "job/ imports only Zod"],
  })),
  {
    name: "a root file in job/",
    file: "src/job/imports-errors.ts",
    source: 'import { target } from "../errors.ts";\nexport const known = target;\n',
    breaks: ["no-restricted-imports", "job/ imports only Zod"],
  },
  ...five.flatMap((from) =>
    five
      .filter((to) => to !== from)
      .map((to): Case => ({
        name: `${from}/ knows ${to}/`,
        file: `src/${from}/knows-${to}.ts`,
        source: `import { target } from "../${to}/target.ts";\nexport const known = target;\n`,
        breaks: ["no-restricted-imports", `${from}/ may not import this room`],
      })),
  ),
  ...[
    ["queue", "command"],
    ["command", "webhook"],
    ["command", "runner"],
    ["webhook", "runner"],
    ["runner", "webhook"],
    ["runner", "command"],
    ["io", "queue"],
    ["job", "io"],
    ["api", "runner"],
    ["schedule", "publisher"],
    ["publisher", "cli"],
    ["runner", "audit"],
    ["audit", "queue"],
  ].map(([from, to]): Case => ({
    name: `${from}/ knows ${to}/`,
    file: `src/${from}/knows-${to}.ts`,
    source: `import { target } from "../${to}/target.ts";\nexport const known = target;\n`,
    breaks: ["no-restricted-imports", `${from}/ may not import this room`],
  })),
  {
    name: "from a folder below a room",
    file: "src/queue/fsqueue/knows-sandbox.ts",
    source: 'import { target } from "../../sandbox/target.ts";\nexport const known = target;\n',
    breaks: ["no-restricted-imports", "queue/ may not import this room"],
  },
  ...["src/runner", "src/cli", "src/webhook", "src/api"].map((place): Case => ({
    name: `main.ts in ${place}/`,
    file: `${place}/imports-main.ts`,
    source: 'import { target } from "../main.ts";\nexport const known = target;\n',
    breaks: ["no-restricted-imports", "nobody imports main.ts"],
  })),
  {
    name: "a room in a root file",
    file: "src/log.ts",
    source: 'import { target } from "./queue/target.ts";\nexport const known = target;\n',
    breaks: ["no-restricted-imports", "may not import this room"],
  },
  {
    name: "an import cycle",
    file: "src/runner/cycle-a.ts",
    source: 'import { b } from "./cycle-b.ts";\nexport const a = (): unknown => b;\n',
    breaks: ["no-cycle", "cycle"],
  },
  ...["src/runner", "src/io", "src/cli", "src/agents"].map((place): Case => ({
    name: `process.env in ${place}/`,
    file: `${place}/reads-env.ts`,
    source: 'export const home = process.env["HOME"];\n',
    breaks: ["no-process-env", "process.env"],
  })),
];

const allowed: Case[] = [
  [
    "src/job/uses-zod.ts",
    'import { z } from "zod";\nimport { createHash } from "node:crypto";\nimport { target } from "./target.ts";\nexport const known = [z, createHash, target];\n',
  ],
  [
    "src/io/spawns-well.ts",
    'import { execa } from "execa";\nimport { target } from "../job/target.ts";\nexport const known = [execa, target];\n',
  ],
  [
    "src/webhook/probes-well.ts",
    'import { Probot } from "probot";\nimport { target } from "../command/target.ts";\nexport const known = [Probot, target];\n',
  ],
  [
    "src/command/asks-queue.ts",
    'import { target } from "../queue/target.ts";\nimport { target as error } from "../errors.ts";\nexport const known = [target, error];\n',
  ],
  [
    "src/runner/knows-five.ts",
    `${five.map((room) => `import { target as ${room} } from "../${room}/target.ts";\n`).join("")}export const known = [${five.join(", ")}];\n`,
  ],
  [
    "src/cli/knows-all.ts",
    'import { target } from "../runner/target.ts";\nimport { target as web } from "../webhook/target.ts";\nexport const known = [target, web];\n',
  ],
  ["src/config.ts", 'export const home = process.env["HOME"];\n'],
].map(([file = "", source = ""]): Case => ({ name: file, file, source }));

const Report = z.object({
  diagnostics: z.array(
    z.object({ code: z.string(), message: z.string(), help: z.string().optional(), filename: z.string() }),
  ),
});

let folder: string;
let diagnostics: z.infer<typeof Report>["diagnostics"];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "patchbay-import-rules-"));
  copyFileSync(join(root, "oxlint.config.ts"), join(folder, "oxlint.config.ts"));
  copyFileSync(join(root, "tsconfig.json"), join(folder, "tsconfig.json"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const rooms = ["job", "io", "webhook", "command", "runner", "api", "schedule", "cli", ...five];
  for (const target of [...rooms.map((room) => `src/${room}/target.ts`), "src/main.ts", "src/errors.ts"]) {
    write(target, "export const target = 1;\n");
  }
  write("src/runner/cycle-b.ts", 'import { a } from "./cycle-a.ts";\nexport const b = (): unknown => a;\n');
  for (const { file, source } of [...broken, ...allowed]) write(file, source);

  const oxlint = join(root, "node_modules", ".bin", "oxlint");
  const result = await execa(oxlint, ["--format=json", "src"], {
    cwd: folder,
    reject: false,
    timeout: 60_000,
  });
  if (result.exitCode !== 1) throw new Error(`oxlint: ${result.stderr}${result.stdout}`, { cause: result });
  diagnostics = Report.parse(JSON.parse(result.stdout)).diagnostics;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, source: string): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
}

/** What was said about one file, each as `rule: message`. */
function saidAbout(file: string): string[] {
  return diagnostics
    .filter(({ filename }) => filename.replaceAll("\\", "/").endsWith(file))
    .map(({ code, message, help }) => `${code}: ${message} ${help ?? ""}`);
}

describe("is refused", () => {
  test.each(broken)("$name", ({ file, breaks }) => {
    const [rule = "", message = ""] = breaks ?? [];
    const said = saidAbout(file).filter((one) => one.includes(`(${rule})`));
    expect(said.join("\n")).toContain(message);
  });
});

describe("is allowed", () => {
  test.each(allowed)("$name", ({ file }) => {
    expect(saidAbout(file)).toEqual([]);
  });
});
