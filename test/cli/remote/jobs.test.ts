import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { ExecError, run } from "../../../src/io/exec.ts";
import { openApi } from "../../api/open-api.ts";
import { temporaryFolder } from "../../temp-folder.ts";

const folder = await temporaryFolder();
const api = await openApi(folder);
afterAll(() => api.world.stop());
const bin = join(import.meta.dirname, "..", "..", "..", "bin", "patchbay.js");

async function patchbay(args: string[], token = api.token): Promise<{ exitCode: number; said: string }> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    PATCHBAY_URL: new URL(api.url).origin,
    PATCHBAY_TOKEN: token,
  };
  try {
    const { stdout } = await run(process.execPath, [bin, ...args], { env, cwd: folder, timeoutMs: 60_000 });
    return { exitCode: 0, said: stdout.toString("utf8") };
  } catch (error) {
    if (error instanceof ExecError) return { exitCode: error.exitCode ?? -1, said: error.stderr };
    throw error;
  }
}

test("a job is handed in, looked at, applied and done again on a server", async () => {
  const submitted = await patchbay([
    "submit",
    "add a note to CONTRIBUTING.md",
    "--project",
    "shop",
    "--json",
  ]);
  const { job_id: id } = z.object({ job_id: z.string() }).parse(JSON.parse(submitted.said));
  await api.until(id, "success");
  expect((await patchbay(["status", id])).said).toContain(`${id}  success`);
  const applied = await patchbay(["apply", id]);
  expect(await api.shop.git("diff", "--name-only", "main", applied.said.trim())).toBe("CONTRIBUTING.md");
  const again = await patchbay(["retry", id, "--from", "03_review", "--json"]);
  const { job_id: second } = z.object({ job_id: z.string() }).parse(JSON.parse(again.said));
  expect(second).not.toBe(id);
});

test("what the server refuses is said, with 1", async () => {
  const wrong = await patchbay(["submit", "x", "--project", "none"]);
  expect(wrong).toMatchObject({ exitCode: 1, said: expect.stringContaining('there is no project "none"') });
  expect(await patchbay(["status", "none-like-this"], "nonsense")).toMatchObject({ exitCode: 1 });
  expect((await patchbay(["cancel", "none-like-this"])).said).toContain("there is no such job");
});
