import { join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type World } from "./world.ts";

const folder = await temporaryFolder();
const bin = join(import.meta.dirname, "..", "..", "bin", "patchbay.js");
let world: World;
let job = "";

beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  await world.start();
  const number = await world.openIssue();
  await world.comment(number, "/agent add a note to CONTRIBUTING.md");
  [job = ""] = await world.published();
});
afterAll(() => world.stop());

async function patchbay(...args: string[]): Promise<string> {
  const options = { cwd: world.folder, env: world.env, timeoutMs: 30_000 };
  return (await run(process.execPath, [bin, ...args], options)).stdout.toString("utf8");
}

describe("an operator sees", () => {
  test("what the App lacks on GitHub", async () => {
    // What else this machine lacks is not the question.
    const options = { cwd: world.folder, env: world.env, timeoutMs: 30_000, okExitCodes: [1] };
    const { stdout } = await run(process.execPath, [bin, "doctor", "--json"], options);
    const findings: unknown = JSON.parse(stdout.toString("utf8"));
    // The stand-in's App doesn't get this event.
    expect(findings).toContainEqual(
      expect.objectContaining({
        name: "event",
        found: "on acme: repository is not sent, so nobody notices that a repository is gone",
      }),
    );
  });

  test("the jobs, as a table and as JSON, filtered", async () => {
    expect(await patchbay("list")).toMatch(
      new RegExp(`^JOB .*\n${job}  \\S+ \\S+  success  acme/shop#1  default   maintainer  add a note to`),
    );
    const listed: unknown = JSON.parse(await patchbay("list", "--json", "--status", "success"));
    expect(listed).toMatchObject([{ job_id: job, where: "acme/shop#1", error: null }]);
    expect(await patchbay("list", "--status", "failed")).toBe("no jobs\n");
    expect(await patchbay("list", "--repository", "acme/other")).toBe("no jobs\n");
    await expect(patchbay("list", "--limit", "many")).rejects.toThrow('--limit: "many" is not a number');
  });

  test("one job by a part of its id: its steps, and where it is on GitHub", async () => {
    const shown = await patchbay("show", job.slice(-8));
    expect(shown).toContain(`artifacts     artifacts/${job}/`);
    expect(shown).toMatch(/pull request {2}http\S+\/pull\/2/);
    expect(shown).toMatch(/02_implement {2}codex \(simulated\) +success/);
    expect(JSON.parse(await patchbay("show", job, "--json"))).toMatchObject({
      result: { status: "success" },
    });
    await expect(patchbay("show", "ffffffff")).rejects.toThrow('there is no job "ffffffff"');
  });

  test("the logs of all steps in their order, and the end with --follow", async () => {
    const text = await patchbay("logs", job, "--follow");
    expect(text.match(/^── .* ──$/gm)).toEqual([
      "── 01_plan ──",
      "── 02_implement ──",
      "── 03_review ──",
      "── success ──",
    ]);
  });

  test("the patch, which applies", async () => {
    const patch = await patchbay("diff", job);
    const clone = join(folder, "clone");
    await mkdir(clone);
    await writeFile(join(clone, "patch"), patch);
    await run("git", ["clone", "--quiet", world.source.path, "shop"], {
      cwd: clone,
      env: world.env,
      timeoutMs: 20_000,
    });
    await run("git", ["apply", "--check", "../patch"], {
      cwd: join(clone, "shop"),
      env: world.env,
      timeoutMs: 20_000,
    });
    expect(await patchbay("diff", job, "--step", "02_implement")).toBe(patch);
    await expect(patchbay("diff", job, "--step", "nothing")).rejects.toThrow("02_implement");
  });

  test("a damaged job named, and the others all the same", async () => {
    await mkdir(join(world.folder, "artifacts", "damaged-job"));
    await writeFile(join(world.folder, "artifacts", "damaged-job", "job.json"), "{");
    expect(await patchbay("list")).toContain(job);
  });
});
