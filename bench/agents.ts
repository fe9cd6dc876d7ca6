// `npm run bench agents`: what Patchbay takes around three steps of a real CLI: the job's wall time less the time of the
// CLI's own processes. The model is the scripted one, the mirror is warm.
//
// Each CLI runs behind a script of two clocks, which writes when it began and ended to standard error; the artifacts keep it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { JobResult } from "../src/job/result.ts";
import { createRepository } from "../test/git-repository.ts";
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
try {
  const shop = await createRepository(join(root, "shop"));
  await shop.write({ "README.md": "# Shop\n", "src/login.ts": "export const tries = 3;\n" });
  await shop.commit("first");
  const clocks = join(root, "bin");
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
  for (const agent of agents) {
    const measured: Measured[] = [];
    // The first one fills the mirror.
    for (let round = 0; round <= rounds; round += 1) {
      const one = await measure(agent, shop.path, clocks);
      if (round > 0) measured.push(one);
    }
    const around = measured.map(({ jobMs, ownMs }) => jobMs - ownMs).toSorted((a, b) => a - b);
    const own = measured.map(({ ownMs }) => ownMs).toSorted((a, b) => a - b);
    const middle = Math.floor(rounds / 2);
    console.log(
      `${agent.padEnd(8)} three steps: ${ms(own[middle])} in the CLI, ${ms(around[middle])} around it (median of ${rounds}; ${ms(around[0])} to ${ms(around.at(-1))})`,
    );
  }
} finally {
  await model.close();
  rmSync(root, { recursive: true, force: true });
}

interface Measured {
  jobMs: number;
  ownMs: number;
}

async function measure(agent: string, repo: string, clocks: string): Promise<Measured> {
  const artifacts = join(root, "artifacts");
  const args = ["run", "allow five tries", "--repo", repo, "--agent", agent, "--json"];
  const child = spawn(process.execPath, [join(project, "bin", "patchbay.js"), ...args], {
    cwd: root,
    env: {
      PATH: `${clocks}:${process.env["PATH"] ?? ""}`,
      HOME: root,
      DATA_ROOT: join(root, "var"),
      ARTIFACTS_ROOT: artifacts,
      ENABLE_REAL_CLI: "1",
      SANDBOX_MOUNTS: agents.map((name) => dirname(realpathSync(join(programs, name)))).join(","),
      ...(process.getuid?.() === 0 ? { SANDBOX_USER: "nobody" } : {}),
      ANTHROPIC_API_KEY: "sk-bench-0123456789",
      ANTHROPIC_BASE_URL: model.url,
      OPENAI_API_KEY: "sk-bench-0123456789",
      OPENAI_BASE_URL: model.url,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const result = JobResult.parse(JSON.parse(said));
  if (result.status !== "success") throw new Error(`${agent}: ${said}`);
  const ownMs = result.steps.map(({ step_id: step }) => {
    const stderr = readFileSync(join(artifacts, result.job_id, "steps", step, "raw_stderr.txt"), "utf8");
    const [began, ended] = z
      .tuple([z.coerce.number(), z.coerce.number()])
      .parse([...stderr.matchAll(/clock:(\d+)/g)].map(([, at]) => at));
    return (ended - began) / 1e6;
  });
  return { jobMs: result.metrics.duration_ms, ownMs: ownMs.reduce((sum, one) => sum + one, 0) };
}

function ms(value: number | undefined): string {
  return `${(value ?? Number.NaN).toFixed(0)} ms`;
}
