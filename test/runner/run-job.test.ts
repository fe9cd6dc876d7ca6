import { readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { TransientError, UserError } from "../../src/errors.ts";
import { createWorker } from "../../src/runner/worker.ts";
import { DrainRequested } from "../../src/runner/stop.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createTestClaim, createTestRunner, type Script } from "./house.ts";

const root = await temporaryFolder();
const never = new AbortController().signal;
const plan = { step_id: "01_plan", agent: "opencode", role: "planner" };
const implement = {
  step_id: "02_implement",
  agent: "codex",
  role: "implementer",
  retry_backoff_sec: 0,
  input_artifacts: ["01_plan/report.md"],
};
const review = {
  step_id: "03_review",
  agent: "claude",
  role: "reviewer",
  input_artifacts: ["02_implement/patch.diff"],
};

let scripts: Record<string, Script>;
let runs: string[];
let house: Awaited<ReturnType<typeof createTestRunner>>;
let houses = 0;

const edit: Script = async ({ workspace }) => {
  await writeFile(join(workspace, "src", "login.ts"), "export const tries = 5;\n");
  return { report: "# Change\n\nFive tries now.\n" };
};

beforeEach(async () => {
  runs = [];
  scripts = {
    opencode: async () => ({ report: "Look at src/login.ts.\n", tokensIn: 10, tokensOut: 5, costUsd: 0.01 }),
    codex: edit,
    claude: async ({ inputs }) => ({
      report: `Read ${inputs[0]?.text.includes("tries = 5") ? "it" : "nothing"}.\n`,
    }),
  };
  house = await createTestRunner(join(root, String(++houses)), {
    opencode: async (request) => (runs.push(request.stepId), scripts["opencode"]?.(request)),
    codex: async (request) => (runs.push(request.stepId), scripts["codex"]?.(request)),
    claude: async (request) => (runs.push(request.stepId), scripts["claude"]?.(request)),
  });
});

describe("what a step leaves outside of its change", () => {
  test("is gone for the next one: ignored files, its own .git, its HOME", async () => {
    await house.source.write({ ".gitignore": "*.tmp\n" });
    const seen: string[] = [];
    scripts["opencode"] = async ({ workspace, home }) => {
      await writeFile(join(workspace, "note.tmp"), "do as I say");
      await writeFile(join(workspace, ".git", "note"), "do as I say");
      await writeFile(join(home, ".claude.json"), "do as I say");
    };
    scripts["codex"] = async ({ workspace, home }) => {
      for (const folder of [workspace, join(workspace, ".git"), home]) seen.push(...(await readdir(folder)));
    };
    const spec = await house.newJob([plan, implement], {
      base: { ref: "main", sha: await house.source.commit("ignores") },
    });
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(seen).toContain("README.md");
    expect(seen.filter((name) => /note|claude/.test(name))).toEqual([]);
  });

  test("is gone for its own next attempt too", async () => {
    const seen: string[][] = [];
    scripts["codex"] = async ({ home }) => {
      seen.push(await readdir(home));
      await writeFile(join(home, "memory"), "x");
      return { status: "retryable", error: { code: "overloaded", message: "529" } };
    };
    const spec = await house.newJob([{ ...implement, input_artifacts: [], max_retries: 1 }]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(seen).toEqual([[], []]);
  });
});

describe("a job on a fork's pull request", () => {
  const target = { kind: "pull_request", number: 7, title: "x", author: "eve", fork: "eve/shop" } as const;

  test("gives nothing to an agent before someone has approved its commit; then it begins", async () => {
    const spec = { ...(await house.newJob([implement])), target: { ...target, body: "" } };
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    expect(ended[0]).toMatch(/^park: /);
    expect(runs).toEqual([]);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result).toMatchObject({
      status: "needs_human",
      error: {
        code: "awaiting_human",
        message: expect.stringContaining("eve/shop"),
        details: { approve: spec.base?.sha.slice(0, 12) },
      },
    });

    const state = await house.artifacts.readState(spec.job_id);
    if (!state) throw new Error("a parked job has a state");
    // An approval of another commit is none.
    for (const sha of ["0".repeat(40), spec.base?.sha ?? ""]) {
      expect(runs).toEqual([]);
      await house.artifacts.writeState({ ...state, phase: "queued", approved_sha: sha });
      await createWorker(house.deps, never)(createTestClaim(spec).claim);
    }
    expect(runs).toEqual(["02_implement"]);
  });
});

test("a job that was submitted to wait for an approval waits for it", async () => {
  const job = await house.newJob([implement]);
  const { claim, ended } = createTestClaim({ ...job, policy: { ...job.policy, requires_approval: true } });
  await createWorker(house.deps, never)(claim);
  expect(ended[0]).toMatch(/^park: /);
  expect(runs).toEqual([]);
});

describe("a step whose change can't be kept", () => {
  test("fails with its class, and what earlier steps said stays", async () => {
    scripts["codex"] = async ({ workspace }) => {
      await writeFile(join(workspace, "large.txt"), `${"x".repeat(2_000_000)}\n`);
    };
    const spec = await house.newJob([plan, implement, review]);
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    expect(ended[0]).toMatch(/^fail: .*MAX_PATCH_BYTES/);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result?.error?.code).toBe("gate");
    expect(result?.steps.map((step) => step.status)).toEqual(["success", "failed"]);
    expect(await readFile(join(house.artifacts.jobFolder(spec.job_id), "report.md"), "utf8")).toContain(
      "Look at src/login.ts",
    );
  });

  test("that removed its whole checkout fails as bad output", async () => {
    scripts["codex"] = async ({ workspace }) => {
      await rm(workspace, { recursive: true });
      await symlink("/etc", workspace);
    };
    const spec = await house.newJob([plan, implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result?.error?.code).toBe("bad_output");
    expect(result?.steps.map((step) => step.status)).toEqual(["success", "failed"]);
  });
});

describe("a job that goes well", () => {
  test("leaves every file of the design, a patch, and asks for its publication", async () => {
    const spec = await house.newJob([plan, implement, review]);
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);

    expect(ended).toEqual(["complete: Five tries now."]);
    const folder = house.artifacts.jobFolder(spec.job_id);
    expect((await readdir(folder)).toSorted()).toEqual(
      [
        "context.json",
        "job.json",
        "logs.txt",
        "patch.diff",
        "report.md",
        "result.json",
        "state.json",
        "steps",
      ].toSorted(),
    );
    for (const step of spec.steps) {
      expect((await readdir(join(folder, "steps", step.step_id))).toSorted()).toEqual([
        "events.jsonl",
        ...(step.role === "reviewer" ? ["findings.json"] : []),
        "logs.txt",
        "patch.diff",
        "prompt.md",
        "raw_stderr.txt",
        "raw_stdout.txt",
        "report.md",
        "result.json",
      ]);
    }
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result).toMatchObject({
      status: "success",
      change_status: "changed",
      secrets_check: "passed",
      // What the other two used nobody told, and a sum with an unknown part is unknown.
      metrics: { tokens_in: null, tokens_out: null, cost_usd: null },
      steps: [{ metrics: { tokens_in: 10, tokens_out: 5, cost_usd: 0.01 } }, {}, {}],
      patch: { base_sha: house.sha, files: 1 },
    });
    expect(await readFile(join(folder, "patch.diff"), "utf8")).toContain("+export const tries = 5;");
    const report = await readFile(join(folder, "report.md"), "utf8");
    expect(report).toMatch(/Five tries now[\s\S]*Plan · opencode[\s\S]*Review · claude[\s\S]*Read it\./);
    expect(house.told.at(-1)).toEqual({ kind: "publish", job_id: spec.job_id, epoch: 1 });
    expect(await readdir(house.deps.workspacesRoot)).toEqual([]);
  });

  test("hands a step's report to the next one's prompt, and says when there is none", async () => {
    const spec = await house.newJob([
      plan,
      { ...implement, input_artifacts: ["01_plan/report.md", "01_plan/logs.txt"] },
    ]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const prompt = join(house.artifacts.stepFolder(spec.job_id, "02_implement"), "prompt.md");
    expect(await readFile(prompt, "utf8")).toContain("01_plan/report.md: Look at src/login.ts.");
  });

  test("without a change is a success without a patch", async () => {
    scripts["codex"] = async () => ({ report: "Nothing to do.\n" });
    const spec = await house.newJob([implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
      status: "success",
      change_status: "no_changes",
      patch: null,
    });
  });
});

test("what a planner or a reviewer changes is undone and told", async () => {
  scripts["opencode"] = edit;
  const spec = await house.newJob([plan, { ...review, input_artifacts: [] }]);
  await createWorker(house.deps, never)(createTestClaim(spec).claim);
  const result = await house.artifacts.readResult(spec.job_id);
  expect(result?.patch).toBeNull();
  expect(result?.steps[0]?.warnings.join()).toContain("a planner may only read");
});

describe("a step that fails", () => {
  test("ends the job with its class and its reason, and is told", async () => {
    scripts["codex"] = async () => ({
      status: "failed",
      error: { code: "auth", message: "401 from the model" },
    });
    const spec = await house.newJob([plan, implement, review]);
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    expect(ended).toEqual(["fail: 02_implement: 401 from the model"]);
    expect(runs).toEqual(["01_plan", "02_implement"]);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
      status: "failed",
      error: { code: "auth" },
    });
    expect(house.told.at(-1)?.kind).toBe("publish");
  });

  test("for a passing reason is tried again from the tree where it began", async () => {
    let attempts = 0;
    scripts["codex"] = async (request) => {
      const before = await readFile(join(request.workspace, "src", "login.ts"), "utf8");
      expect(before).toContain("tries = 3");
      attempts++;
      await edit(request);
      if (attempts === 1) return { status: "retryable", error: { code: "overloaded", message: "529" } };
      return { report: "Second time.\n" };
    };
    const spec = await house.newJob([implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result).toMatchObject({ status: "success", steps: [{ attempts: 2 }] });
    expect(result?.steps[0]?.warnings.join()).toContain("attempt 1 failed (529)");
  });

  test("in a session lets it go on with everything as it left it, and all attempts are counted", async () => {
    const seen: (string | undefined)[] = [];
    scripts["codex"] = async (request) => {
      const { sessionId, resumePrompt, workspace, home } = request;
      seen.push(sessionId, resumePrompt, await readFile(join(workspace, "src", "login.ts"), "utf8"));
      seen.push((await readdir(home)).join());
      await edit(request);
      await writeFile(join(home, "memory"), "x");
      const used = { sessionId: "s-1", costUsd: 0.25, tokensIn: 100 };
      return seen.length === 4
        ? { ...used, status: "retryable", error: { code: "overloaded", message: "529" } }
        : { ...used, tokensOut: 5 };
    };
    const spec = await house.newJob([implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(seen.slice(0, 4)).toEqual([undefined, undefined, expect.stringContaining("tries = 3"), ""]);
    const [sessionId, prompt, file, home] = seen.slice(4);
    expect({ sessionId, home }).toEqual({ sessionId: "s-1", home: "memory" });
    expect(prompt).toContain("interrupted (529)");
    expect(file).toContain("tries = 5");
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result?.steps[0]).toMatchObject({ status: "success", attempts: 2, session_id: "s-1" });
    expect(result?.steps[0]?.metrics).toMatchObject({ cost_usd: 0.5, tokens_in: 200, tokens_out: null });
    const context = await readFile(join(house.artifacts.jobFolder(spec.job_id), "context.json"), "utf8");
    expect(JSON.parse(context)).toMatchObject({ sessions: { "02_implement": "s-1" } });
  });

  test("has no more attempts than it and the operator allow", async () => {
    scripts["codex"] = async () => ({ status: "retryable", error: { code: "rate_limited", message: "429" } });
    const spec = await house.newJob([{ ...implement, max_retries: 9 }]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(runs).toHaveLength(3);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
      status: "failed",
      error: { code: "rate_limited" },
    });
  });

  test("and is gone back to counts once for each of its runs", async () => {
    const check = { step_id: "03_check", agent: "claude", role: "reviewer", on_failure: "goto:02_implement" };
    let checks = 0;
    scripts["codex"] = async () => ({ costUsd: 0.25, tokensIn: 100, tokensOut: 5 });
    scripts["claude"] = async () =>
      ++checks === 1
        ? { status: "failed", error: { code: "step_failed", message: "again" }, costUsd: 0.5, tokensIn: 7 }
        : { costUsd: 0.5, tokensIn: 7 };
    const spec = await house.newJob([implement, { ...check, max_retries: 0 }]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result?.metrics).toMatchObject({ cost_usd: 1.5, tokens_in: 214, tokens_out: null });
  });

  test("because its agent isn't there is told with the remedy", async () => {
    house.deps.agents.get = async () => {
      throw new UserError("there is no agent `codx`; did you mean `codex`?", { code: "unknown_agent" });
    };
    const spec = await house.newJob([implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
      status: "failed",
      error: { code: "unknown_agent", message: expect.stringContaining("did you mean") },
    });
  });
});

describe("the gate", () => {
  test("holds a patch with a secret: whole on disk, masked in what is said", async () => {
    scripts["codex"] = async ({ workspace }) => {
      await writeFile(join(workspace, "config.ts"), 'export const key = "S3CRET";\n');
      return { report: "I used S3CRET.\n" };
    };
    const spec = await house.newJob([implement]);
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    expect(ended[0]).toMatch(/^park: the patch is held: config.ts/);
    const folder = house.artifacts.jobFolder(spec.job_id);
    expect(await readFile(join(folder, "patch.diff"), "utf8")).toContain("S3CRET");
    expect(await readFile(join(folder, "report.md"), "utf8")).not.toContain("S3CRET");
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
      status: "needs_human",
      secrets_check: "failed",
      error: { code: "secrets_check_failed" },
    });
  });

  test("holds everything where the repository wants that", async () => {
    const spec = await house.newJob([implement], { publish: { mode: "hold" } });
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({
      status: "needs_human",
      error: { code: "gate", details: { findings: [{ rule: "hold", path: "" }], release_by: "write" } },
    });
  });

  test("holds a workflow and names the rule", async () => {
    scripts["codex"] = async ({ workspace }) => {
      await writeFile(join(workspace, ".github"), "not a folder\n");
      await writeFile(join(workspace, ".gitmodules"), "[submodule]\n");
      return {};
    };
    const spec = await house.newJob([implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result?.error?.details).toMatchObject({
      findings: [
        { rule: "workflow", path: ".github" },
        { rule: "submodule", path: ".gitmodules" },
      ],
    });
  });
});

describe("a runner that dies", () => {
  test("between the steps of a loop: what stood on an older tree is done again", async () => {
    const write = { step_id: "01_write", agent: "opencode", role: "implementer" };
    const format = { step_id: "02_format", agent: "codex", role: "implementer" };
    const check = { step_id: "03_check", agent: "claude", role: "reviewer", on_failure: "goto:01_write" };
    let round = 0;
    scripts["opencode"] = async ({ workspace }) =>
      writeFile(join(workspace, "code.txt"), `round ${++round}\n`);
    scripts["codex"] = async ({ workspace }) => writeFile(join(workspace, "style.txt"), "formatted\n");
    scripts["claude"] = async () =>
      round === 1 ? { status: "failed", error: { code: "step_failed", message: "again" } } : undefined;
    const spec = await house.newJob([write, format, check]);
    const claimed = createTestClaim(spec);
    let steps = 0;
    const artifacts: typeof house.artifacts = {
      ...house.artifacts,
      async writeContext(...context) {
        await house.artifacts.writeContext(...context);
        // The fourth end of a step is the first one's second.
        if (++steps === 4) claimed.lose();
      },
    };
    await createWorker({ ...house.deps, artifacts }, never)(claimed.claim);
    expect(claimed.ended).toEqual([]);
    await createWorker(house.deps, never)(createTestClaim(spec, 1).claim);
    const patch = await readFile(join(house.artifacts.jobFolder(spec.job_id), "patch.diff"), "utf8");
    expect(patch).toContain(`+round ${round}`);
    expect((await house.artifacts.readResult(spec.job_id))?.status).toBe("success");
  });

  test("leaves a cost that is unknown, not that of the run after it", async () => {
    const spec = await house.newJob([implement]);
    const first = createTestClaim(spec);
    scripts["codex"] = async () => {
      first.lose();
      return { costUsd: 4 };
    };
    await createWorker(house.deps, never)(first.claim);
    scripts["codex"] = async () => ({ costUsd: 1 });
    await createWorker(house.deps, never)(createTestClaim(spec, 1).claim);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result).toMatchObject({ metrics: { cost_usd: null }, steps: [{ metrics: { cost_usd: 1 } }] });
  });

  test("in a step: the next one does not repeat what succeeded and starts the step from its recorded tree", async () => {
    const spec = await house.newJob([plan, implement, review]);
    const first = createTestClaim(spec);
    scripts["codex"] = async ({ workspace }) => {
      await writeFile(join(workspace, "half-done.txt"), "?\n");
      first.lose();
      return {};
    };
    await createWorker(house.deps, never)(first.claim);
    expect(first.ended).toEqual([]);
    expect(await house.artifacts.readResult(spec.job_id)).toBeUndefined();

    scripts["codex"] = async (request) => {
      expect(await readdir(request.workspace)).not.toContain("half-done.txt");
      return edit(request);
    };
    const second = createTestClaim(spec, 1);
    await createWorker(house.deps, never)(second.claim);
    expect(second.ended).toEqual(["complete: Five tries now."]);
    expect(runs).toEqual(["01_plan", "02_implement", "02_implement", "03_review"]);
  });

  test("after the end: the next one only concludes again", async () => {
    const spec = await house.newJob([implement]);
    await createWorker(house.deps, never)(createTestClaim(spec).claim);
    const before = await house.artifacts.readResult(spec.job_id);
    const second = createTestClaim(spec, 1);
    await createWorker(house.deps, never)(second.claim);
    expect(runs).toEqual(["02_implement"]);
    expect(await house.artifacts.readResult(spec.job_id)).toEqual(before);
    expect(second.ended).toEqual(["complete: Five tries now."]);
    expect(house.told.at(-1)).toEqual({ kind: "publish", job_id: spec.job_id, epoch: 2 });
  });

  test("late: one whose lease is lost writes nothing more", async () => {
    const spec = await house.newJob([implement]);
    const late = createTestClaim(spec);
    scripts["codex"] = async (request) => {
      late.lose();
      return edit(request);
    };
    await createWorker(house.deps, never)(late.claim);
    expect(await readdir(house.artifacts.stepFolder(spec.job_id, "02_implement"))).not.toContain(
      "result.json",
    );
    expect(house.told.filter((intent) => intent.kind === "publish")).toEqual([]);
  });
});

describe("a job that is stopped", () => {
  test("by a person ends as cancelled and says so", async () => {
    const spec = await house.newJob([implement, review]);
    const { claim, ended, cancel } = createTestClaim(spec);
    scripts["codex"] = async (request) => {
      cancel();
      await edit(request);
      return { status: "cancelled" };
    };
    await createWorker(house.deps, never)(claim);
    expect(ended).toEqual([expect.stringMatching(/^cancelled/)]);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({ status: "cancelled" });
    expect(runs).toEqual(["02_implement"]);
    expect(house.told.at(-1)?.kind).toBe("publish");
  });

  test("by a person while its workspace is prepared is no trouble that passes, but its end", async () => {
    const spec = await house.newJob([implement]);
    const { claim, ended, cancel } = createTestClaim(spec);
    house.deps.fetchBase = async () => {
      cancel();
      throw new TransientError("running git fetch: was ended");
    };
    await createWorker(house.deps, never)(claim);
    expect(ended).toEqual([expect.stringMatching(/^cancelled/)]);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({ status: "cancelled" });
    expect(house.told.at(-1)?.kind).toBe("publish");
  });

  test("by a drain goes back to the queue and is not told as an end", async () => {
    const spec = await house.newJob([implement]);
    const halt = new AbortController();
    scripts["codex"] = async () => {
      halt.abort(new DrainRequested());
      return { status: "cancelled" };
    };
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, halt.signal)(claim);
    expect(ended).toEqual(["release"]);
    expect(await house.artifacts.readResult(spec.job_id)).toBeUndefined();
  });
});

describe("what goes wrong outside of a step", () => {
  test("for a passing reason waits as long as GitHub says", async () => {
    house.deps.fetchBase = async () => {
      throw new TransientError("making a token: GitHub answered 502", { retryAfterMs: 60_000 });
    };
    const spec = await house.newJob([implement]);
    const { claim, ended } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    expect(ended).toEqual(["retry: making a token: GitHub answered 502"]);
  });

  test("that keeps going wrong ends the job with the reason", async () => {
    house.deps.fetchBase = async () => {
      throw new TransientError("making a token: GitHub answered 502");
    };
    const spec = await house.newJob([implement]);
    const { claim, ended } = createTestClaim(spec, 9);
    await createWorker(house.deps, never)(claim);
    expect(ended[0]).toMatch(/^fail: making a token/);
    expect(house.told.at(-1)?.kind).toBe("publish");
  });

  test("a bug is told as a bug, without its inner words", async () => {
    house.deps.buildPrompt = async () => {
      throw new Error("cannot read properties of undefined");
    };
    const spec = await house.newJob([implement]);
    const { claim } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    const result = await house.artifacts.readResult(spec.job_id);
    expect(result?.error).toMatchObject({ code: "internal" });
    expect(JSON.stringify(result)).not.toContain("cannot read properties");
  });

  test("a job without a base is refused by name", async () => {
    const spec = await house.newJob([implement], { base: undefined });
    const { claim } = createTestClaim(spec);
    await createWorker(house.deps, never)(claim);
    expect(await house.artifacts.readResult(spec.job_id)).toMatchObject({ error: { code: "invalid_job" } });
  });
});
