// `depends_on`: steps that run beside each other, and what becomes of their changes.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { AgentRequest } from "../../src/agents/agent.ts";
import { DrainRequested } from "../../src/runner/stop.ts";
import { createWorker } from "../../src/runner/worker.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner, type Script } from "./house.ts";

const root = await temporaryFolder();
const never = new AbortController().signal;

let house: Awaited<ReturnType<typeof createTestRunner>>;
let houses = 0;
/** By step; each is called with its visit, from 1. */
let scripts: Record<string, (request: AgentRequest, visit: number) => ReturnType<Script>>;
let begun: string[];
let running: number;
let mostAtOnce: number;

beforeEach(async () => {
  scripts = {};
  begun = [];
  running = 0;
  mostAtOnce = 0;
  house = await createTestRunner(join(root, String(++houses)), {
    async codex(request) {
      begun.push(request.stepId);
      mostAtOnce = Math.max(mostAtOnce, ++running);
      try {
        const visit = begun.filter((id) => id === request.stepId).length;
        return await scripts[request.stepId]?.(request, visit);
      } finally {
        running--;
      }
    },
  });
});

function step(step_id: string, depends_on: string[] = [], fields: object = {}): object {
  return { step_id, agent: "codex", role: "implementer", max_retries: 0, depends_on, ...fields };
}

const writes =
  (name: string, text: string): Script =>
  async ({ workspace }) => {
    await writeFile(join(workspace, name), text);
    return { report: `Wrote ${name}.\n` };
  };

/** Both begin before either ends. */
function meeting(number: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let here = 0;
  return async () => {
    if (++here === number) resolve();
    await promise;
  };
}

async function run(steps: object[], fields: object = {}) {
  const spec = await house.newJob(steps, fields);
  const { claim, ended } = createTestClaim(spec);
  await createWorker(house.deps, never)(claim);
  const result = await house.artifacts.readResult(spec.job_id);
  if (!result) throw new Error("the job left no result");
  const patch = (await house.artifacts.readPatch(spec.job_id))?.toString("utf8") ?? "";
  return { spec, result, patch, ended, of: (id: string) => result.steps.find((one) => one.step_id === id) };
}

describe("steps that wait for nothing of each other", () => {
  test("run at the same time, each in its own checkout; who waits for both finds both changes", async () => {
    const meet = meeting(2);
    let seen: string[] = [];
    scripts["left"] = async (request) => {
      await meet();
      await writes("left.txt", "l\n")(request);
      expect(await readdir(request.workspace)).not.toContain("right.txt");
    };
    scripts["right"] = async (request) => {
      await meet();
      await writes("right.txt", "r\n")(request);
    };
    scripts["both"] = async ({ workspace }) => {
      seen = await readdir(workspace);
    };
    const { result, patch } = await run([
      step("both", ["left", "right"], { role: "reviewer" }),
      step("left"),
      step("right"),
    ]);
    expect(result.status).toBe("success");
    expect(mostAtOnce).toBe(2);
    expect(seen).toEqual(expect.arrayContaining(["left.txt", "right.txt", "README.md"]));
    expect(patch).toContain("+++ b/left.txt");
    expect(patch).toContain("+++ b/right.txt");
    expect(result.steps.map(({ step_id: id }) => id)).toEqual(["left", "right", "both"]);
  });

  test("are no more at once than the operator allows", async () => {
    house.deps.limits.maxParallelSteps = 1;
    scripts["a"] = scripts["b"] = async ({ workspace, stepId }) => {
      await writeFile(join(workspace, stepId), "x\n");
    };
    const { result } = await run([step("a"), step("b"), step("c", ["a"])]);
    expect([result.status, mostAtOnce]).toEqual(["success", 1]);
  });

  test("may change the same file in different places, and the same place in the same way", async () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`);
    await house.source.write({ "list.txt": lines.join("") });
    const base = { ref: "main", sha: await house.source.commit("list") };
    const change = (over: Record<number, string>) =>
      writes("list.txt", lines.map((text, at) => over[at] ?? text).join(""));
    scripts["a"] = change({ 2: "two\n", 17: "same\n" });
    scripts["b"] = change({ 9: "nine\n", 17: "same\n" });
    const { result, patch } = await run([step("a"), step("b"), step("c", ["a", "b"], { role: "reviewer" })], {
      base,
    });
    expect(result.status).toBe("success");
    expect(patch.match(/^\+\w+$/gm)).toEqual(["+two", "+nine", "+same"]);
  });
});

describe("changes that don't fit together", () => {
  beforeEach(() => {
    scripts["a"] = writes("src/login.ts", "export const tries = 5;\n");
    scripts["b"] = writes("src/login.ts", "export const tries = 7;\n");
  });

  test("are the failure of the step that needs both, which says which and where", async () => {
    const { of, result, ended } = await run([step("a"), step("b"), step("c", ["a", "b"])]);
    expect(begun.toSorted((one, other) => one.localeCompare(other))).toEqual(["a", "b"]);
    expect(of("c")?.error).toMatchObject({
      code: "conflict",
      message:
        "the change of b does not fit together with that of a in src/login.ts; let one of them depend on the other",
    });
    expect(result).toMatchObject({ status: "failed", error: { code: "conflict" } });
    expect(ended[0]).toMatch(/^fail/);
  });

  test("are the job's failure when no step needs both, and the steps' ends stay", async () => {
    const { result } = await run([step("a"), step("b"), step("c", ["a"], { role: "reviewer" })]);
    expect(result).toMatchObject({ status: "failed", error: { code: "conflict" } });
    expect(result.steps.map(({ status }) => status)).toEqual(["success", "success", "success"]);
  });

  test("can be asked about", async () => {
    const { result } = await run([step("a"), step("b"), step("c", ["a", "b"], { on_failure: "ask_human" })]);
    expect(result.status).toBe("needs_human");
  });
});

describe("a step that fails", () => {
  const fails: Script = async () => ({ status: "failed", error: { code: "refused", message: "no" } });

  test("with stop: what runs beside it is stopped, what waits is not begun, and the reason is its own", async () => {
    const meet = meeting(2);
    scripts["bad"] = async (request) => {
      await meet();
      return fails(request);
    };
    scripts["slow"] = async ({ signal }) => {
      await meet();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      return { status: "cancelled" };
    };
    const { result, of } = await run([step("slow"), step("bad"), step("late", ["slow", "bad"])]);
    expect(result).toMatchObject({ status: "failed", error: { code: "refused", message: "bad: no" } });
    expect(of("slow")?.status).toBe("cancelled");
    expect(begun).not.toContain("late");
  });

  test("with continue: what waits for it begins", async () => {
    scripts["bad"] = fails;
    const { result, of } = await run([step("bad", [], { on_failure: "continue" }), step("late", ["bad"])]);
    expect([result.status, of("bad")?.status, of("late")?.status]).toEqual(["success", "failed", "success"]);
  });

  test("with goto: leads back to a step, which goes on from what it left; all that waits for that is done again", async () => {
    const seen: string[] = [];
    scripts["make"] = async ({ workspace }, visit) => {
      if (visit > 1) seen.push(await readFile(join(workspace, "made.txt"), "utf8"));
      await writeFile(join(workspace, "made.txt"), `${visit}\n`);
    };
    scripts["check"] = async (request, visit) => (visit < 2 ? fails(request) : { report: "Good.\n" });
    const { result, patch, spec } = await run([
      step("make", [], { apply_patches_from: [] }),
      step("aside", ["make"]),
      step("check", ["make"], { role: "reviewer", on_failure: "goto:make" }),
    ]);
    expect(result.status).toBe("success");
    expect(seen).toEqual(["1\n"]);
    expect(begun.filter((id) => id === "aside").length).toBe(2);
    expect(patch.match(/^\+\d$/gm)).toEqual(["+2"]);
    // Its own patch is all of its change.
    const own = await house.artifacts.readStepPatch(spec.job_id, "make");
    expect(own?.toString("utf8")).toContain("new file mode");
  });
});

describe("a runner that goes down", () => {
  test("runs what is not done yet when it comes back, and only that", async () => {
    const spec = await house.newJob([step("a"), step("b"), step("c", ["a", "b"])]);
    const drain = new AbortController();
    scripts["a"] = writes("a.txt", "a\n");
    scripts["b"] = async ({ signal, workspace }, visit) => {
      if (visit === 1) {
        drain.abort(new DrainRequested());
        await new Promise<void>((resolve) =>
          signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve()),
        );
        return { status: "cancelled" };
      }
      await writeFile(join(workspace, "b.txt"), "b\n");
      return {};
    };
    house.deps.limits.maxParallelSteps = 1;
    const first = createTestClaim(spec);
    await createWorker(house.deps, drain.signal)(first.claim);
    expect(first.ended).toEqual(["release"]);
    await createWorker(house.deps, never)(createTestClaim(spec, 1).claim);
    expect(begun).toEqual(["a", "b", "b", "c"]);
    const patch = (await house.artifacts.readPatch(spec.job_id))?.toString("utf8") ?? "";
    expect(patch.match(/^\+[ab]$/gm)).toEqual(["+a", "+b"]);
  });
});

test("a retry from one step takes over what it waited for, and what succeeded beside it", async () => {
  scripts["a"] = writes("a.txt", "a\n");
  scripts["b"] = writes("b.txt", "b\n");
  const steps = [step("a"), step("b"), step("c", ["a"]), step("d", ["c", "b"])];
  const first = await run(steps);
  begun = [];
  const again = await run(steps, { rerun: { job_id: first.spec.job_id, from_step: "c" } });
  expect(begun).toEqual(["c", "d"]);
  expect(again.result.status).toBe("success");
  expect(again.patch).toBe(first.patch);
});

test("of steps that end together none is missing in the state", async () => {
  scripts["a"] = scripts["b"] = scripts["c"] = writes("README.md", "# Shop\n");
  const { spec } = await run([step("a"), step("b"), step("c"), step("d", ["a", "b", "c"])]);
  const state = await house.artifacts.readState(spec.job_id);
  expect(state?.steps.map(({ status }) => status)).toEqual(["success", "success", "success", "success"]);
});
