// A limit that a program ran into is told as such in result.json: real programs, in the real sandbox, by the real runner.
import { chmod, cp, readdir } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createDescribedCli } from "../../src/agents/described-cli-agent.ts";
import { DescribedCli } from "../../src/agents/described-cli.ts";
import type { Limits } from "../../src/sandbox/limits/limits.ts";
import { createWorker } from "../../src/runner/worker.ts";
import { openUnproven } from "../../src/sandbox/sandbox.ts";
import { testOptions } from "../sandbox/open-test-sandbox.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner } from "./house.ts";

const folder = await temporaryFolder();
await chmod(folder, 0o755);
const programs = join(folder, "programs");
await cp(join(import.meta.dirname, "../fixtures/attacks"), programs, { recursive: true });
const user = process.getuid?.() === 0 ? "nobody" : undefined;
/** `npm run torture` has more time. */
const isTorture = process.env["TORTURE_SECONDS"] !== undefined;
const files = isTorture ? 1_000_000 : 100_100;
const logBytes = isTorture ? 10_000_000_000 : 300_000_000;
const never = new AbortController().signal;

const model = createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({ model: "gpt-5", choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }),
  );
});
model.listen(0, "127.0.0.1");
await once(model, "listening");
afterAll(() => model.close());
const address = model.address();
const baseUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;

/** What becomes of a job whose one step runs `script`. */
async function run(
  name: string,
  script: string,
  { limits = {}, timeoutSec = 60 }: { limits?: Partial<Limits>; timeoutSec?: number } = {},
) {
  const house = await createTestRunner(
    join(folder, name),
    {},
    { openai: { baseUrl, apiKey: "sk-the-real-key-of-the-operator" } },
    { callsPerStep: 3 },
  );
  const base = testOptions({ kind: "bwrap", stageRoot: join(folder, "stage"), mounts: [programs], user });
  const { sandbox } = await openUnproven({ ...base, limits: { ...base.limits, ...limits } });
  const agent = createDescribedCli(
    DescribedCli.parse({
      name: "codex",
      binary: "sh",
      args: ["-c", `cd ${programs}; ${script}`],
      env: { GATEWAY: "{gateway_openai}", TOKEN: "{token}" },
    }),
  );
  house.deps.agents = { get: async () => agent };
  house.deps.sandbox = async () => sandbox;
  const step = {
    step_id: "01_ask",
    agent: "codex",
    role: "implementer",
    max_retries: 0,
    timeout_sec: timeoutSec,
  };
  const spec = await house.newJob([step]);
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  return house.artifacts.readResult(spec.job_id);
}

describe("a limit that was hit is told", () => {
  test("memory: a program that takes too much", async () => {
    const result = await run("memory", "node eats.js 4000", { limits: { memoryBytes: 1_000_000_000 } });
    expect(result).toMatchObject({ status: "failed", error: { code: "memory" } });
    expect(result?.error?.message).toContain("SANDBOX_MEMORY_BYTES");
  });

  test("memory: several programs that together take too much", async () => {
    const result = await run("memories", "node eats.js 300 4", { limits: { memoryBytes: 900_000_000 } });
    expect(result).toMatchObject({ status: "failed", error: { code: "memory" } });
  });

  test("pids: a fork bomb", async () => {
    const result = await run("pids", "perl forks.pl 500 on", { limits: { pids: 60 } });
    expect(result).toMatchObject({ status: "failed", error: { code: "pids" } });
    expect(result?.error?.message).toContain("SANDBOX_PIDS");
  });

  test("timeout: a program that computes for ever and ignores SIGTERM", async () => {
    const result = await run("timeout", "node endless.js", { timeoutSec: 1 });
    expect(result).toMatchObject({ status: "timeout", error: { code: "timeout" } });
  });

  test("output: a program that prints for ever", async () => {
    const result = await run("output", "yes", { limits: { outputBytes: 1_000_000 } });
    expect(result).toMatchObject({ status: "failed", error: { code: "output" } });
    expect(result?.error?.message).toContain("SANDBOX_OUTPUT_BYTES");
  });

  test("budget: a program that asks the model again and again", async () => {
    const ask = `fetch(process.env.GATEWAY + "/v1/chat/completions", { method: "POST", headers: { authorization: "Bearer " + process.env.TOKEN, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-5", messages: [] }) })`;
    const result = await run("budget", `node -e '(async () => { for (;;) await (await ${ask}).text() })()'`);
    expect(result).toMatchObject({ status: "failed", error: { code: "budget" } });
  });
});

test("more small files than anyone reads: nothing of them is kept, and the workspace goes", async () => {
  const result = await run("files", `perl litters.pl "$OLDPWD" ${files}`, { timeoutSec: 600 });
  expect(result).toMatchObject({ status: "failed", patch: null, error: { code: "gate" } });
  expect(result?.error?.message).toContain("100,000 new files");
  expect(await readdir(join(folder, "files", "workspaces"))).toEqual([]);
}, 900_000);

test("a log of gigabytes ends where it may", async () => {
  const result = await run("log", `head -c ${logBytes} /dev/zero | tr '\\0' x`, {
    limits: { outputBytes: logBytes * 0.9 },
    timeoutSec: 600,
  });
  expect(result).toMatchObject({ status: "failed", error: { code: "output" } });
}, 900_000);

test("the same programs end well within larger limits", async () => {
  const scripts =
    'node eats.js 300 && node eats.js 30 3 && (setsid -w perl forks.pl 20 || true) && perl litters.pl "$OLDPWD" 90 && yes | head -c 500000 && echo done';
  expect(await run("enough", scripts)).toMatchObject({ status: "success" });
});
