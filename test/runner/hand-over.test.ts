// What one step hands to the next, by each `artifact_handoff`, through the real runner.
import { mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createWorker } from "../../src/runner/worker.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner, type Script } from "./house.ts";

const root = await temporaryFolder();
const never = new AbortController().signal;

let house: Awaited<ReturnType<typeof createTestRunner>>;
let houses = 0;
let scripts: Record<string, Script>;
/** What each step was given, by its id. */
let inputs: Record<string, { path: string; text: string }[]>;

beforeEach(async () => {
  scripts = {};
  inputs = {};
  house = await createTestRunner(join(root, String(++houses)), {
    async codex(request) {
      inputs[request.stepId] = request.inputs.map(({ path, text }) => ({ path, text }));
      return scripts[request.stepId]?.(request);
    },
  });
});

function step(step_id: string, fields: object = {}): object {
  return { step_id, agent: "codex", role: "implementer", max_retries: 0, ...fields };
}

const writes =
  (name: string): Script =>
  async ({ workspace }) => {
    await writeFile(join(workspace, name), "x\n");
  };
const failsAfter =
  (name: string): Script =>
  async ({ workspace }) => {
    await writeFile(join(workspace, name), "x\n");
    return { status: "failed", error: { code: "refused", message: "no" } };
  };

async function run(steps: object[], fields: object) {
  const spec = await house.newJob(steps, fields);
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  const result = await house.artifacts.readResult(spec.job_id);
  const patch = (await house.artifacts.readPatch(spec.job_id))?.toString("utf8") ?? "";
  const files = [...patch.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, name]) => name);
  return { result, files, of: (id: string) => result?.steps.find((one) => one.step_id === id) };
}

const goesOn = { on_failure: "continue" };

describe("manual", () => {
  test("hands on what is listed, and whatever a step left in the workspace", async () => {
    scripts["a"] = writes("a.txt");
    scripts["b"] = failsAfter("b.txt");
    const { files } = await run(
      [step("a"), step("b", goesOn), step("c", { input_artifacts: ["a/patch.diff"] })],
      {
        artifact_handoff: "manual",
      },
    );
    expect(files).toEqual(["a.txt", "b.txt"]);
    expect(inputs["c"]?.map(({ path }) => path)).toEqual(["a/patch.diff"]);
  });

  test("a step whose needed patch isn't there fails by it", async () => {
    scripts["a"] = failsAfter("a.txt");
    const needs = step("c", { apply_patches_from: ["a", "b"] });
    const { of, result } = await run([step("a", goesOn), step("b"), needs], { artifact_handoff: "manual" });
    expect(result?.status).toBe("failed");
    expect(of("c")?.error).toMatchObject({
      code: "missing_patch",
      message: expect.stringContaining("a and b left no patch"),
    });
    expect(inputs["c"]).toBeUndefined();
  });
});

describe("patch_first", () => {
  const handoff = { artifact_handoff: "patch_first" };

  test("hands over the last successful step's patch unasked; what a failed one left is not carried", async () => {
    scripts["a"] = writes("a.txt");
    scripts["b"] = failsAfter("b.txt");
    let seen: string[] = [];
    scripts["c"] = async ({ workspace }) => {
      seen = await readdir(workspace);
    };
    const { files } = await run([step("a"), step("b", goesOn), step("c")], handoff);
    expect(seen).toContain("a.txt");
    expect(seen).not.toContain("b.txt");
    expect(files).toEqual(["a.txt"]);
    expect(inputs["a"]).toEqual([]);
    expect(inputs["c"]).toEqual([{ path: "a/patch.diff", text: expect.stringContaining("+++ b/a.txt") }]);
  });

  test("marks a patch that is not there", async () => {
    scripts["a"] = failsAfter("a.txt");
    const { files } = await run([step("a", goesOn), step("b")], handoff);
    expect(files).toEqual([]);
    expect(inputs["b"]?.map(({ path }) => path)).toEqual(["a/patch.diff"]);
  });

  test("the same in a graph", async () => {
    scripts["a"] = writes("a.txt");
    scripts["b"] = failsAfter("b.txt");
    const { files } = await run(
      [step("a"), step("b", goesOn), step("c", { depends_on: ["a", "b"] })],
      handoff,
    );
    expect(files).toEqual(["a.txt"]);
    expect(inputs["c"]?.map(({ path }) => path)).toEqual(["a/patch.diff"]);
  });
});

describe("workspace_first", () => {
  const handoff = { artifact_handoff: "workspace_first" };

  test("keeps what git ignores for the next step, and nothing of it is in the patch", async () => {
    await house.source.write({ ".gitignore": "built/\n" });
    const base = { ref: "main", sha: await house.source.commit("ignores") };
    scripts["a"] = async ({ workspace, home }) => {
      await mkdir(join(workspace, "built"));
      await writeFile(join(workspace, "built", "app"), "built\n");
      await writeFile(join(workspace, "a.txt"), "x\n");
      await writeFile(join(workspace, ".git", "hooks-of-a"), "x");
      await writeFile(join(home, "note"), "x");
    };
    const seen: string[] = [];
    scripts["b"] = async ({ workspace, home }) => {
      seen.push(await readFile(join(workspace, "built", "app"), "utf8"));
      for (const folder of [join(workspace, ".git"), home]) seen.push(...(await readdir(folder)));
    };
    const { files, result } = await run([step("a"), step("b")], { ...handoff, base });
    expect(result?.status).toBe("success");
    expect(seen[0]).toBe("built\n");
    expect(seen).not.toContain("hooks-of-a");
    expect(seen).not.toContain("note");
    expect(files).toEqual(["a.txt"]);
  });

  test("undoes what a step that may only read has changed, and writes through no link that one has left", async () => {
    await house.source.write({ ".gitignore": "built\n", "docs/a.md": "a\n" });
    const base = { ref: "main", sha: await house.source.commit("ignores") };
    const outside = join(root, `outside-${houses}`);
    await mkdir(outside);
    scripts["look"] = async ({ workspace }) => {
      await writeFile(join(workspace, "README.md"), "changed\n");
      await writeFile(join(workspace, "new.txt"), "new\n");
      await rm(join(workspace, "docs"), { recursive: true });
      await symlink(outside, join(workspace, "docs"));
    };
    const seen: string[] = [];
    scripts["b"] = async ({ workspace }) => {
      seen.push(...(await readdir(workspace)), await readFile(join(workspace, "README.md"), "utf8"));
      seen.push(await readFile(join(workspace, "docs", "a.md"), "utf8"));
    };
    const { files } = await run([step("look", { role: "planner" }), step("b")], { ...handoff, base });
    expect(seen).toEqual(expect.arrayContaining(["# Shop\n", "a\n"]));
    expect(seen).not.toContain("new.txt");
    expect(await readdir(outside)).toEqual([]);
    expect(files).toEqual([]);
  });
});
