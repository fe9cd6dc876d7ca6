// `patchbay run` with an agent that is only an endpoint: no program, no sandbox, and still no key in anything of the job.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { JobResult } from "../../src/job/result.ts";
import { createRepository } from "../git-repository.ts";
import { createScriptedModel } from "../model/server.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
const realKey = "sk-real-0123456789abcdef";

test("a review by a model that echoes its key", async () => {
  const model = await createScriptedModel({
    script: [{ turns: [{ say: `# Plan\n\nFive tries. ${realKey}`, usage: { input: 2000, output: 50 } }] }],
  });
  const shop = await createRepository(join(folder, "shop"));
  await shop.write({ "README.md": "# Shop\n" });
  await shop.commit("first");
  const agents = join(folder, "agents.yml");
  await writeFile(
    agents,
    `- { name: local, kind: http, url: "${model.url}", model: gpt-5.5, key: LOCAL_API_KEY }\n`,
  );
  const args = ["run", "plan it", "--repo", shop.path, "--pipeline", "plan", "--agent", "local", "--json"];
  const { stdout } = await run(process.execPath, [bin, ...args], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      DATA_ROOT: join(folder, "var"),
      ARTIFACTS_ROOT: join(folder, "artifacts"),
      ENABLE_REAL_CLI: "1",
      AGENTS_FILE: agents,
      LOCAL_API_KEY: realKey,
      MAX_DAILY_COST_USD: "5",
      // There is no such user: any sandbox would be refused.
      SANDBOX_USER: "nobody-of-this-name",
    },
    timeoutMs: 60_000,
    okExitCodes: [0, 1],
  });
  await model.close();
  const result = JobResult.parse(JSON.parse(stdout.toString("utf8")));
  expect(result).toMatchObject({
    status: "success",
    change_status: "no_changes",
    metrics: { tokens_in: 2000, tokens_out: 50, cost_usd: expect.closeTo(2000 * 5e-6 + 50 * 30e-6, 6) },
  });
  expect(model.requests).toHaveLength(1);
  expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${realKey}`);
  const job = join(folder, "artifacts", result.job_id);
  expect(await readFile(join(job, "report.md"), "utf8")).toContain("Five tries.");
  for (const entry of await readdir(job, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain(realKey);
  }
  const budget = await readFile(join(folder, "var", "budget", "state.json"), "utf8");
  expect(JSON.parse(budget)).toMatchObject({ holds: [], today: { all: { calls: 1 } } });
});
