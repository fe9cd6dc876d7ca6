// `npm run bench agents [-- --write]`: what Patchbay takes around three steps of a real CLI: the job's wall time less the time of the
// CLI's own processes, in a runner that is up. The model is the scripted one, GitHub the stand-in, the mirror is warm.
//
// With --write it makes its section of docs/benchmarks.md. Each CLI runs behind a script of two clocks, which writes when it began and ended to standard error; the artifacts keep it.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { tellSection } from "./page/write-section.ts";
import { describeMachine } from "./queue/machine.ts";
import { createWorld, type World } from "../test/end-to-end/world.ts";
import { createScriptedModel } from "../test/model/server.ts";
import type { Script } from "../test/model/script.ts";

const project = join(import.meta.dirname, "..");
const programs = join(project, "test", "agents", "cli", "bin");
const agents = ["claude", "codex"];
const rounds = 7;
const script: Script = [
  {
    turns: [
      { do: [{ read: "README.md" }] },
      { do: [{ write: "NOTES.md", content: "Five tries.\n" }] },
      { say: "Done as asked." },
    ],
  },
];

if (!existsSync(join(programs, "claude"))) {
  console.log("the real CLIs are not installed; `npm run test:agents` does it");
  process.exit(0);
}
const root = mkdtempSync("/var/tmp/patchbay-bench-");
chmodSync(root, 0o755);
const model = await createScriptedModel({ script });
const clocks = join(root, "bin");
const world = await createWorld(join(root, "world"), {
  PATH: `${clocks}:${process.env["PATH"] ?? ""}`,
  ENABLE_REAL_CLI: "1",
  SANDBOX_MOUNTS: agents.map((name) => dirname(realpathSync(join(programs, name)))).join(","),
  ...(process.getuid?.() === 0 ? { SANDBOX_USER: "nobody" } : {}),
  ANTHROPIC_API_KEY: "sk-bench-0123456789",
  ANTHROPIC_BASE_URL: model.url,
  OPENAI_API_KEY: "sk-bench-0123456789",
  OPENAI_BASE_URL: model.url,
});
try {
  mkdirSync(clocks);
  for (const agent of agents) {
    const lines = [
      "#!/bin/sh",
      "date +clock:%s%N >&2",
      `${realpathSync(join(programs, agent))} "$@"`,
      "end=$?",
    ];
    writeFileSync(join(clocks, agent), [...lines, "date +clock:%s%N >&2", "exit $end", ""].join("\n"), {
      mode: 0o755,
    });
  }
  const rows: string[] = [];
  await world.start();
  for (const agent of agents) {
    const measured: Measured[] = [];
    // The first one fills the mirror and proves the sandbox.
    for (let round = 0; round <= rounds; round += 1) {
      const one = await measure(world, agent);
      if (round > 0) measured.push(one);
    }
    const around = measured.map(({ jobMs, ownMs }) => jobMs - ownMs).toSorted((a, b) => a - b);
    const own = measured.map(({ ownMs }) => ownMs).toSorted((a, b) => a - b);
    const middle = Math.floor(rounds / 2);
    const cells = [agent, ms(own[middle]), ms(around[middle]), `${ms(around[0])} to ${ms(around.at(-1))}`];
    rows.push(`| ${cells.join(" | ")} |`);
  }
  tellSection(
    "agents",
    `## Around the agents

Made by \`npm run bench agents -- --write\` on a machine with ${await describeMachine(root)}. A job of three steps with a real CLI
in the sandbox, in a runner that is up, on a warm mirror; the model is a scripted one that answers at once, so the time in the
CLI is its own. Around it is everything else from the job's start to its end: three sandboxes with their doors, three
checkouts, the patches, the gate, the artifacts. Medians of ${rounds}.

| CLI | three steps in the CLI | around them | from to |
| --- | ---: | ---: | ---: |
${rows.join("\n")}
`,
  );
} finally {
  await world.stop();
  await model.close();
  rmSync(root, { recursive: true, force: true });
}

interface Measured {
  jobMs: number;
  ownMs: number;
}

/** One job on a new issue, to its publication. */
async function measure(
  { openIssue, comment, jobs, published, result, artifact }: World,
  agent: string,
): Promise<Measured> {
  const before = await jobs();
  await comment(await openIssue(), `/agent allow five tries --agent ${agent}`);
  const job = (await published(before.length + 1)).find((id) => !before.includes(id)) ?? "";
  const found = result(job);
  if (found?.status !== "success") throw new Error(`${agent}: ${JSON.stringify(found)}`);
  const ownMs = found.steps.map(({ step_id: step }) => {
    const [began, ended] = z
      .tuple([z.coerce.number(), z.coerce.number()])
      .parse([...artifact(job, `steps/${step}/raw_stderr.txt`).matchAll(/clock:(\d+)/g)].map(([, at]) => at));
    return (ended - began) / 1e6;
  });
  return { jobMs: found.metrics.duration_ms, ownMs: ownMs.reduce((sum, one) => sum + one, 0) };
}

function ms(value: number | undefined): string {
  return `${(value ?? Number.NaN).toFixed(0)} ms`;
}
