// `patchbay config check`, from outside.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";

const project = join(import.meta.dirname, "..", "..");
const folder = await temporaryFolder();
const file = join(folder, ".github", "agent.yml");
await mkdir(join(folder, ".github"));

async function check(...args: string[]): Promise<{ status: number | undefined; said: string }> {
  const words = [join(project, "bin", "patchbay.js"), "config", "check", ...args];
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const options = { cwd: folder, env, timeoutMs: 30_000, okExitCodes: [1] };
  const { exitCode, stdout, stderr } = await run(process.execPath, words, options);
  return { status: exitCode, said: `${stdout.toString()}${stderr}` };
}

test("the example of the docs is valid", async () => {
  const page = await readFile(join(project, "docs", "repository-configuration.md"), "utf8");
  await writeFile(file, /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
  expect(await check()).toEqual({ status: 0, said: "✓ .github/agent.yml is valid\n" });
});

test("each problem is told with file, line and column", async () => {
  await writeFile(file, "version: 1\nagents: { planner: cluade }\npermission: {}\n");
  const { status, said } = await check();
  expect(status).toBe(1);
  expect(said).toContain(
    ".github/agent.yml:3:1: permission: there is no such field; did you mean permissions?",
  );
  await writeFile(file, "agents: { planner: cluade }\n");
  expect((await check()).said).toMatch(
    /^\.github\/agent\.yml:1:20: agents\.planner: there is no agent cluade; did you mean claude\?/,
  );
  const { problems } = JSON.parse((await check("--json")).said);
  expect(problems).toMatchObject([{ line: 1, column: 20, field: "agents.planner" }]);
});

test("a file that isn't there is said so", async () => {
  const { status, said } = await check("nothing.yml");
  expect(status).toBe(1);
  expect(said).toMatch(/^patchbay: reading nothing\.yml: .*name the file, or stand in the repository/);
});
