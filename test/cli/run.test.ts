import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ExecError, run } from "../../src/io/exec.ts";
import { createRepository } from "../git-repository.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
const fixture = join(import.meta.dirname, "..", "fixtures", "agents", "scripted.js");
const env = { PATH: process.env["PATH"] ?? "", HOME: join(folder, "person") };

async function makeShop(name: string) {
  const shop = await createRepository(join(folder, name));
  await shop.write({ "CONTRIBUTING.md": "# Contributing\n", "src/login.ts": "export const tries = 3;\n" });
  await shop.commit("first");
  return shop;
}

async function patchbay(cwd: string, args: string[], more: Record<string, string> = {}) {
  const options = { cwd, env: { ...env, ...more }, timeoutMs: 60_000, okExitCodes: [1, 2] };
  try {
    const { exitCode, stdout, stderr } = await run(process.execPath, [bin, "run", ...args], options);
    return { exitCode, stdout: stdout.toString("utf8"), stderr };
  } catch (error) {
    if (error instanceof ExecError) return { exitCode: error.exitCode, stdout: "", stderr: error.stderr };
    throw error;
  }
}

describe("patchbay run", () => {
  test("does a job on a repository of this machine and leaves nothing in it but the branch that was asked for", async () => {
    const shop = await makeShop("shop");
    await writeFile(join(shop.path, "src/login.ts"), "export const tries = 4;\n");
    const ran = await patchbay(shop.path, ["add a note to CONTRIBUTING.md", "--apply"]);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    expect(ran.stdout).toContain("! what is not committed yet is not part of it");
    expect(ran.stdout).toMatch(/▸ 02_implement {2}implementer, codex\n✓ 02_implement {2}success/);
    const branch = /On the branch (\S+);/.exec(ran.stdout)?.[1] ?? "";
    expect(await shop.git("diff", "--name-only", "main", branch)).toBe("CONTRIBUTING.md");
    expect(await shop.git("log", "-1", "--format=%s", branch)).toBe("add a note to CONTRIBUTING.md");
    expect(await shop.git("for-each-ref", "--format=%(refname:short)")).toBe(`main\n${branch}`);
    expect(await shop.git("status", "--porcelain")).toBe("M src/login.ts");
    expect((await readdir(shop.path)).toSorted()).toEqual([".git", "CONTRIBUTING.md", "src"]);
  });

  test("gives the result as JSON, and its artifacts lie where it says", async () => {
    const shop = await makeShop("json");
    const ran = await patchbay(folder, [
      "why three tries?",
      "--repo",
      shop.path,
      "--pipeline",
      "ask",
      "--json",
    ]);
    const Result = z.object({ job_id: z.string(), status: z.string(), change_status: z.string() });
    const result = Result.parse(JSON.parse(ran.stdout));
    expect(result).toMatchObject({ status: "success", change_status: "no_changes" });
    const artifacts = join(env.HOME, ".local/state/patchbay/artifacts", result.job_id);
    expect(await readFile(join(artifacts, "report.md"), "utf8")).toContain("tries");
  });

  test("runs a job file as the documentation has it, and says what is wrong in one", async () => {
    const shop = await makeShop("file");
    const docs = await readFile(join(import.meta.dirname, "..", "..", "docs", "pipelines.md"), "utf8");
    const example = /```json\n([^]*?)```/.exec(docs)?.[1] ?? "";
    const job = join(folder, "job.json");
    await writeFile(job, example);
    const ran = await patchbay(shop.path, ["--job", job, "--json"]);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    const Step = z.object({ step_id: z.string(), status: z.string() });
    const Result = z.object({ status: z.string(), steps: z.array(Step) });
    expect(Result.parse(JSON.parse(ran.stdout))).toMatchObject({
      status: "success",
      steps: ["look", "write", "tests", "check"].map((step_id) => ({ step_id, status: "success" })),
    });

    await writeFile(job, example.replace('["look"], "on', '["check"], "on'));
    const refused = await patchbay(shop.path, ["--job", job]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`"tests" needs "check" needs "tests"; a step can't wait for itself`);
    const neither = await patchbay(shop.path, []);
    expect(neither.stderr).toContain('say what is wanted: patchbay run "goal", or patchbay run --job FILE');
  });

  test("holds a patch that the gate stops: status 2, no branch", async () => {
    const shop = await makeShop("held");
    const agents = join(folder, "agents.json");
    await writeFile(
      agents,
      JSON.stringify([{ name: "workflow", binary: process.execPath, args: [fixture, "workflow"] }]),
    );
    const real = {
      ENABLE_REAL_CLI: "1",
      SANDBOX: "none",
      NETWORK_POLICY: "allow",
      ALLOWED_BINARIES: process.execPath,
      AGENTS_FILE: agents,
    };
    const args = ["improve", "--pipeline", "quick", "--agent", "workflow", "--apply"];
    const ran = await patchbay(shop.path, args, real);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toContain(".github/workflows/ci.yml");
    expect(await shop.git("branch", "--list")).toBe("* main");
    const tried = await patchbay(shop.path, [...args, "--verify", "test ! -e .github"], real);
    expect(tried.exitCode).toBe(1);
    expect(tried.stdout).toContain("failed on the change, also after it was sent back 2 times");
    const empty = await patchbay(shop.path, [...args, "--verify", " "], real);
    expect(empty.stderr).toContain("--verify: ");
  });

  test("never lets the repository's own .env decide anything", async () => {
    const shop = await makeShop("hostile");
    await writeFile(join(shop.path, ".env"), "ENABLE_REAL_CLI=maybe\nPORT=nonsense\n");
    expect(await patchbay(shop.path, ["add a note", "--pipeline", "quick"])).toMatchObject({ exitCode: 0 });
    const chosen = await patchbay(shop.path, ["add a note", "--env-file", ".env"]);
    expect(chosen).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("PORT: ") });
  });

  test("is cancelled by Ctrl-C, says so, and leaves no process", async () => {
    const shop = await makeShop("cancelled");
    const agents = join(folder, "forever.json");
    const pidFile = join(folder, "pid");
    const forever = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`;
    await writeFile(
      agents,
      JSON.stringify([{ name: "forever", binary: process.execPath, args: ["-e", forever] }]),
    );
    const child = spawn(
      process.execPath,
      [bin, "run", "wait", "--repo", shop.path, "--pipeline", "quick", "--agent", "forever"],
      {
        env: {
          ...env,
          ENABLE_REAL_CLI: "1",
          SANDBOX: "none",
          NETWORK_POLICY: "allow",
          ALLOWED_BINARIES: process.execPath,
          AGENTS_FILE: agents,
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    await expect.poll(() => existsSync(pidFile), { timeout: 30_000 }).toBe(true);
    child.kill("SIGINT");
    await once(child, "exit");
    expect(child.exitCode).toBe(130);
    expect(said).toContain("✗ 01_implement  cancelled");
    const pid = Number(await readFile(pidFile, "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("says what it can't begin", async () => {
    expect(await patchbay(folder, ["x"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("--repo: "),
    });
    const shop = await makeShop("wrong");
    const wrong = await patchbay(shop.path, ["x", "--pipeline", "nothing"]);
    expect(wrong.stderr).toContain('--pipeline: there is no "nothing"; known are default');
  });
});
