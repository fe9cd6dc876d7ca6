// `continue` after a change that was not published, through the real runner.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { createWorker } from "../../src/runner/worker.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner, type Script } from "./house.ts";

const root = await temporaryFolder();
const never = new AbortController().signal;
const steps = [{ step_id: "01_implement", agent: "codex", role: "implementer", prompt: "Mind the tests." }];

let house: Awaited<ReturnType<typeof createTestRunner>>;
let houses = 0;
let work: Script;
let prompt: string;

beforeEach(async () => {
  prompt = "";
  house = await createTestRunner(join(root, String(++houses)), { codex: (request) => work(request) });
  const { deps } = house;
  deps.buildPrompt = async (_spec, step) => (prompt = step.prompt);
});

async function run(fields: object = {}) {
  const spec = await house.newJob(steps, fields);
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  const result = await house.artifacts.readResult(spec.job_id);
  const patch = (await house.artifacts.readPatch(spec.job_id))?.toString("utf8") ?? "";
  return { id: spec.job_id, result, patch };
}

/** The job whose change was not published, and where the branch is now. */
async function before(files: Record<string, string>) {
  work = async ({ workspace }) => {
    await writeFile(join(workspace, "src/login.ts"), "export const tries = 5;\n");
    await writeFile(join(workspace, "logo.bin"), Buffer.from([0, 1, 255]));
  };
  const { id } = await run();
  await house.source.write(files);
  const base = { ref: "main", sha: await house.source.commit("meanwhile") };
  let seen = "";
  work = async ({ workspace }) => {
    seen = await readFile(join(workspace, "src/login.ts"), "utf8");
  };
  return { carries: id, base, seen: () => seen };
}

test("what still fits is in the checkout, and is part of the job's change", async () => {
  const { seen, ...fields } = await before({ "other.txt": "x\n" });
  const { result, patch } = await run(fields);
  expect(seen()).toBe("export const tries = 5;\n");
  expect(prompt).toMatch(/^An earlier job made a change.*in this checkout already.*\n\nMind the tests\.$/s);
  expect(result?.status).toBe("success");
  expect(patch).toContain("+export const tries = 5;");
  expect(patch).toContain("GIT binary patch");
  expect(patch).not.toContain("other.txt");
});

test("what doesn't stands between marks, and is no success as long as it does", async () => {
  const { seen, ...fields } = await before({ "src/login.ts": "export const tries = 4;\n" });
  const left = await run(fields);
  expect(seen()).toMatch(/^<{7} .*\nexport const tries = 4;\n={7}\nexport const tries = 5;\n>{7} /);
  expect(prompt).toContain('In "src/login.ts" it does not fit');
  expect(left.result).toMatchObject({
    status: "failed",
    error: { code: "conflict", message: expect.stringContaining('still in "src/login.ts"') },
  });
  work = async ({ workspace }) => writeFile(join(workspace, "src/login.ts"), "export const tries = 45;\n");
  const solved = await run(fields);
  expect(solved.result?.status).toBe("success");
  expect(solved.patch).toContain("+export const tries = 45;");
});

test("a change whose patch is gone is asked for anew", async () => {
  const { seen, ...fields } = await before({ "other.txt": "x\n" });
  await rm(join(root, String(houses), "artifacts", fields.carries, "patch.diff"));
  await run(fields);
  expect(seen()).toBe("export const tries = 3;\n");
  expect(prompt).toContain("make it anew");
});

test("a change that fits nowhere leaves the checkout as it was", async () => {
  const { seen, ...fields } = await before({ "src/login.ts": "export const tries = 3;\n", "x.txt": "x\n" });
  const path = join(root, String(houses), "artifacts", fields.carries, "patch.diff");
  await writeFile(
    path,
    "diff --git a/gone.ts b/gone.ts\n--- a/gone.ts\n+++ b/gone.ts\n@@ -1 +1 @@\n-a\n+b\n",
  );
  await run(fields);
  expect(seen()).toBe("export const tries = 3;\n");
  expect(prompt).toContain("make it anew");
});
