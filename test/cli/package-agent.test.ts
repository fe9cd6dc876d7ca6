// `patchbay run` with the agent of the documentation's package: loaded, asked through the door, and nothing of it while
// all agents are simulated.
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { JobResult } from "../../src/job/result.ts";
import { createRepository } from "../git-repository.ts";
import { createScriptedModel } from "../model/server.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
await chmod(folder, 0o755);
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
const realKey = "sk-real-0123456789abcdef";

test("a plan by the package of the documentation", async () => {
  const page = await readFile(
    join(import.meta.dirname, "..", "..", "docs", "agents", "package-contract.md"),
    "utf8",
  );
  const [, yaml = ""] = /```yml\n([\s\S]*?)```/.exec(page) ?? [];
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const operator = join(folder, "operator");
  const place = join(operator, "node_modules", "patchbay-agent-house");
  await mkdir(place, { recursive: true });
  await writeFile(join(operator, "agents.yml"), yaml);
  await writeFile(join(place, "package.json"), json);
  await writeFile(join(place, "agent.js"), `${code}\nprocess.stderr.write("THE PACKAGE RAN\\n");\n`);
  const model = await createScriptedModel({
    script: [{ turns: [{ say: "# Plan\n\nFive tries." }], forever: true }],
  });
  const shop = await createRepository(join(folder, "shop"));
  await shop.write({ "README.md": "# Shop\n" });
  await shop.commit("first");

  async function patchbay(args: string[], real: string) {
    const { stdout, stderr } = await run(process.execPath, [bin, ...args], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        DATA_ROOT: join(folder, "var"),
        ARTIFACTS_ROOT: join(folder, "artifacts"),
        ENABLE_REAL_CLI: real,
        AGENTS_FILE: join(operator, "agents.yml"),
        OPENAI_API_KEY: realKey,
        OPENAI_BASE_URL: model.url,
      },
      timeoutMs: 60_000,
      okExitCodes: [0, 1],
    });
    return { said: stdout.toString("utf8"), stderr };
  }
  const job = [
    "run",
    "plan it",
    "--repo",
    shop.path,
    "--pipeline",
    "plan",
    "--agent",
    "house-agent",
    "--json",
  ];
  const real = await patchbay([...job, "--model", "gpt-5.5"], "1");
  expect(JobResult.parse(JSON.parse(real.said))).toMatchObject({
    status: "success",
    metrics: { tokens_in: 1000, tokens_out: 34 },
    steps: [{ agent: "house-agent", simulated: false }],
  });
  expect(real.stderr).toContain("THE PACKAGE RAN");
  expect(model.requests[0]?.body).toContain("Be short.");
  expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${realKey}`);

  expect((await patchbay(["doctor"], "1")).said).toMatch(/✓ agent house-agent +patchbay-agent-house 1\.0\.0/);
  const simulated = await patchbay(job, "0");
  expect(JobResult.parse(JSON.parse(simulated.said))).toMatchObject({ steps: [{ simulated: true }] });
  expect(simulated.stderr).not.toContain("THE PACKAGE RAN");
  await model.close();
});
