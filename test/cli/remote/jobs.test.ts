// The commands about jobs, as a person on another machine types them, and as the operator does on this one.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { run } from "../../../src/io/exec.ts";
import { openApi } from "../../api/open-api.ts";
import { temporaryFolder } from "../../temp-folder.ts";

const folder = await temporaryFolder();
const fixture = join(import.meta.dirname, "..", "..", "fixtures", "agents", "waits-for-file.js");
const gate = join(folder, "gate");
await mkdir(join(folder, "world"), { recursive: true });
await writeFile(
  join(folder, "world", "agents.json"),
  JSON.stringify([{ name: "waits", binary: process.execPath, args: [fixture, gate] }]),
);
// Without an App: what is here works without GitHub.
const api = await openApi(folder, {
  APP_ID: "",
  PRIVATE_KEY: "",
  PRIVATE_KEY_PATH: "",
  WEBHOOK_SECRET: "",
  ENABLE_REAL_CLI: "1",
  SANDBOX: "none",
  NETWORK_POLICY: "allow",
  ALLOWED_BINARIES: process.execPath,
  AGENTS_FILE: join(folder, "world", "agents.json"),
});
afterAll(() => api.world.stop());
const bin = join(import.meta.dirname, "..", "..", "..", "bin", "patchbay.js");

async function patchbay(args: string[], env: Record<string, string>) {
  const { exitCode, stdout, stderr } = await run(process.execPath, [bin, ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
    cwd: folder,
    timeoutMs: 60_000,
    okExitCodes: [1, 2, 130],
  });
  return { exitCode, said: exitCode === 0 ? stdout.toString("utf8") : stderr || stdout.toString("utf8") };
}

const there = { PATCHBAY_URL: new URL(api.url).origin, PATCHBAY_TOKEN: api.token };
const Id = z.object({ job_id: z.string() });

describe.each([
  ["on a server", there],
  ["on this machine", api.world.env],
])("%s", (_where, env) => {
  test("a job is handed in, followed, looked at, applied and done again", async () => {
    const submitted = await patchbay(
      ["submit", "add a note to CONTRIBUTING.md", "--project", "shop", "--agent", "simulated", "--wait"],
      env,
    );
    expect(submitted).toMatchObject({ exitCode: 0, said: expect.stringMatching(/^▸ .*\n[^]*success/) });
    const id = /^([0-9a-f]{32}) {2}success/m.exec(submitted.said)?.[1] ?? "";
    expect((await patchbay(["status", id], env)).said).toContain(`${id}  success`);

    const listed = await patchbay(["list", "--limit", "1"], env);
    expect(listed.said).toMatch(new RegExp(`^JOB .*\n${id} .* success +shop +default +add a note to`));
    const json = z.array(Id).parse(JSON.parse((await patchbay(["list", "--json"], env)).said));
    expect(json[0]?.job_id).toBe(id);
    expect((await patchbay(["list", "--status", "failed"], env)).said).toBe("no jobs\n");
    const shown = await patchbay(["show", id], env);
    expect(shown.said).toMatch(/status +success[^]*02_implement +simulated \(simulated\) +success/);
    expect((await patchbay(["logs", id], env)).said).toContain("── 02_implement ──");
    expect((await patchbay(["logs", id, "--follow"], env)).said).toMatch(/── 01_plan ──[^]*── success ──\n$/);
    expect((await patchbay(["diff", id], env)).said).toContain("+++ b/CONTRIBUTING.md");
    expect((await patchbay(["diff", id, "--step", "02_implement"], env)).said).toContain("+++ b/");
    expect(await patchbay(["diff", id, "--step", "01_plan"], env)).toMatchObject({ exitCode: 0, said: "" });

    const applied = await patchbay(["apply", id], env);
    expect(await api.shop.git("diff", "--name-only", "main", applied.said.trim())).toBe("CONTRIBUTING.md");
    const again = await patchbay(["retry", id, "--from", "03_review", "--json"], env);
    expect(Id.parse(JSON.parse(again.said)).job_id).not.toBe(id);
  });

  test("what is refused is said, with 1", async () => {
    const wrong = await patchbay(["submit", "x", "--project", "none"], env);
    expect(wrong).toMatchObject({ exitCode: 1, said: expect.stringContaining('there is no project "none"') });
    for (const args of [["cancel"], ["show"], ["logs"], ["diff"], ["status"], ["approve"]]) {
      const unknown = await patchbay([...args, "none-like-this"], env);
      expect(unknown).toMatchObject({ exitCode: 1, said: expect.stringMatching(/there is no (such )?job/) });
    }
  });

  test("one that waits for a person says so, and one that runs is cancelled", async () => {
    const args = ["submit", "wait", "--project", "shop", "--pipeline", "quick", "--agent", "waits", "--json"];
    const { job_id: id } = Id.parse(JSON.parse((await patchbay(args, env)).said));
    await api.until(id, "running");
    await patchbay(["cancel", id], env);
    await api.until(id, "cancelled");
    expect((await patchbay(["status", id], env)).said).toContain("cancelled");
  });
});

test("a token that is not known, or none, is told what to do", async () => {
  expect(await patchbay(["list"], { ...there, PATCHBAY_TOKEN: "nonsense" })).toMatchObject({ exitCode: 1 });
  const { PATCHBAY_TOKEN: _none, ...without } = there;
  expect((await patchbay(["list"], without)).said).toContain("PATCHBAY_TOKEN: set it to a token");
});

test("a job whose runner holds it and doesn't end is unlocked by the operator, once", async () => {
  const { job_id: id } = await api.submit({ goal: "wait", pipeline: "quick", agent: "waits" });
  await api.until(id, "running");
  expect(await patchbay(["unlock", id], api.world.env)).toMatchObject({
    exitCode: 0,
    said: `${id}  failed\n`,
  });
  const job = await api.until(id, "failed");
  expect(job).toMatchObject({ error: { message: expect.stringContaining("the operator ended the job") } });
  expect((await patchbay(["unlock", id], api.world.env)).said).toContain("is failed: only one that runs");
  const next = await api.submit({ goal: "add a note to CONTRIBUTING.md", agent: "simulated" });
  await api.until(next.job_id, "success");
});
