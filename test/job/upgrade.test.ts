import { describe, expect, test } from "vitest";
import { JobSpec } from "../../src/job/job-spec.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { type ReadJobSpec, readJobSpec } from "../../src/job/upgrade.ts";

const defaults = {
  now: new Date("2026-01-02T03:04:05.678Z"),
  newId: () => "019b7d5e4a0070008000000000000001",
};
const sha = "a".repeat(40);

const full = {
  schema_version: "2.0",
  job_id: "019b7d5e4a0070008000000000000009",
  created_at: "2026-01-01T00:00:00.000Z",
  source: { type: "api" },
  goal: "mend the login",
  base: { ref: "main", sha },
  steps: [{ step_id: "one", agent: "codex", role: "implementer" }],
};

function read(input: unknown): ReadJobSpec {
  return readJobSpec(input, defaults);
}

function accepted(input: unknown): { spec: JobSpec; warnings: string[] } {
  const result = read(input);
  if (result.kind === "invalid") throw new Error(result.message);
  // Whatever is handed out must be what the queue accepts.
  expect(JobSpec.parse(result.spec)).toEqual(result.spec);
  return result;
}

function problems(input: unknown): string[] {
  const result = read(input);
  if (result.kind === "job") throw new Error("a valid job");
  expect(result.message).toBe(
    `the job is not valid:\n${result.problems.map((one) => `  ${one}`).join("\n")}`,
  );
  return result.problems;
}

function withSteps(...steps: object[]): object {
  return { ...full, steps: steps.map((step) => ({ agent: "codex", role: "implementer", ...step })) };
}

describe("a goal alone", () => {
  test("becomes a manual job with the default pipeline and the documented defaults", () => {
    const { spec, warnings } = accepted({ goal: "  mend the login " });
    expect(warnings).toEqual([]);
    expect(spec).toMatchObject({
      schema_version: "2.0",
      job_id: "019b7d5e4a0070008000000000000001",
      created_at: "2026-01-02T03:04:05.678Z",
      source: { type: "manual", meta: {} },
      goal: "mend the login",
      pipeline: "default",
      context_strategy: "sliding",
      artifact_handoff: "manual",
      policy: { sandbox: true, network: "deny", allowed_binaries: [], requires_approval: false },
      dry_run: false,
    });
    expect(spec.steps).toEqual(builtInPipelines[0]?.steps);
    expect(
      spec.steps.map(({ step_id, agent, role, timeout_sec }) => [step_id, agent, role, timeout_sec]),
    ).toEqual([
      ["01_plan", "opencode", "planner", 120],
      ["02_implement", "codex", "implementer", 300],
      ["03_review", "claude", "reviewer", 180],
    ]);
  });

  test("may name another pipeline, but one that there is", () => {
    expect(accepted({ goal: "x", pipeline: "quick" }).spec.steps.map((step) => step.step_id)).toEqual([
      "01_implement",
    ]);
    expect(problems({ goal: "x", pipeline: "quack" })).toEqual([
      "pipeline: without steps, one of default, fix, quick, review, plan, ask is expected",
    ]);
  });
});

describe("version 1.0", () => {
  const old = {
    schema_version: "1.0",
    job_id: "nightly.run-0001",
    created_at: "2026-01-01T02:00:00+02:00",
    source: { type: "cron", meta: { line: "0 2 * * *" } },
    goal: "update the dependencies",
    project_id: "shop",
    workdir: "services/shop",
    callback_url: "https://ci.example/hook",
    tags: ["nightly"],
    steps: [{ step_id: "only", agent: "claude", role: "implementer", prompt: "carefully" }],
    context_window: [{ content: "earlier words" }],
    context_strategy: "full",
    artifact_handoff: "patch_first",
    policy: { network: "allow", allowed_binaries: ["claude"] },
  };

  test("keeps everything that it says, its time in UTC", () => {
    expect(accepted(old).spec).toMatchObject({
      ...old,
      schema_version: "2.0",
      created_at: "2026-01-01T00:00:00.000Z",
      steps: [{ step_id: "only", agent: "claude", prompt: "carefully", timeout_sec: 600, max_retries: 1 }],
      context_window: [{ role: "user", content: "earlier words" }],
    });
  });

  test("may leave the steps, the id and the time out", () => {
    const { steps: _s, job_id: _i, created_at: _c, source: _o, ...rest } = old;
    const { spec } = accepted(rest);
    expect(spec.steps).toHaveLength(3);
    expect(spec.job_id).toBe(defaults.newId());
    expect(spec.source.type).toBe("manual");
  });

  test.each(["repository", "target", "base", "requested_by", "budget"])("has no %s", (field) => {
    expect(problems({ ...old, [field]: {} })).toEqual([`${field}: there is no such field in this version`]);
  });

  test.each(["12345678", "a.b_c-d0", "A".repeat(64)])("takes the id %s", (id) => {
    expect(accepted({ ...old, job_id: id }).spec.job_id).toBe(id);
  });

  test.each(["1234567", "a".repeat(65), "../../../x", "a/b/c/d/e", "........", "with space", "ünïcödé-1"])(
    "refuses the id %s",
    (id) => expect(problems({ ...old, job_id: id })[0]).toMatch(/^job_id: /),
  );
});

describe("what is wrong is named, all of it", () => {
  test.each([null, undefined, 7, "goal", [], [{ goal: "x" }]])("%j is no job", (input) => {
    expect(problems(input)).toEqual(["the job: an object is expected"]);
  });

  test.each(["3.0", "2", 2, null])("version %j", (version) => {
    expect(problems({ ...full, schema_version: version })).toEqual([
      'schema_version: "2.0" or "1.0" is expected',
    ]);
  });

  test("several fields at once, nested ones by their path", () => {
    const steps = [{ step_id: "no spaces", agent: "codex", role: "implementer", timeout_sec: 0 }];
    const found = problems({
      ...full,
      goal: "x".repeat(5001),
      steps,
      policy: { network: "maybe" },
      extra: 1,
    });
    for (const field of ["goal", "steps.0.step_id", "steps.0.timeout_sec", "policy.network", "extra"]) {
      expect(found.filter((problem) => problem.startsWith(`${field}: `))).toHaveLength(1);
    }
    expect(found).toHaveLength(5);
  });

  test("a version 2.0 spec leaves nothing out", () => {
    expect(problems({ schema_version: "2.0", goal: "x" }).map((problem) => problem.split(":")[0])).toEqual([
      "job_id",
      "created_at",
      "source",
      "steps",
    ]);
  });

  test("a callback is http or https", () => {
    expect(problems({ ...full, callback_url: "file:///etc/passwd" })[0]).toMatch(/^callback_url: /);
  });
});

test("the sandbox can't be switched off by a job", () => {
  for (const input of [
    { ...full, policy: { sandbox: false } },
    { goal: "x", policy: { sandbox: false } },
  ]) {
    const { spec, warnings } = accepted(input);
    expect(spec.policy.sandbox).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/^policy\.sandbox: false is ignored/)]);
  }
  expect(accepted({ ...full, policy: { sandbox: true } }).warnings).toEqual([]);
});

describe("steps that don't fit together", () => {
  test("two of one id", () => {
    expect(problems(withSteps({ step_id: "a" }, { step_id: "b" }, { step_id: "a" }))).toEqual([
      'steps.2.step_id: "a" is taken by steps.0; each step needs its own',
    ]);
  });

  test.each([
    ["depends_on.0", { depends_on: ["gone"] }],
    ["input_artifacts.0", { input_artifacts: ["gone/report.md"] }],
    ["apply_patches_from.0", { apply_patches_from: ["gone"] }],
    ["on_failure", { on_failure: "goto:gone" }],
  ])("%s names a step that isn't there", (field, over) => {
    expect(problems(withSteps({ step_id: "a" }, { step_id: "b", ...over }))).toEqual([
      `steps.1.${field}: there is no step "gone"; known: a, b`,
    ]);
  });

  test("a step that needs itself, directly or not", () => {
    expect(problems(withSteps({ step_id: "a", depends_on: ["a"] }))).toEqual([
      'steps: "a" needs "a"; a step can\'t wait for itself',
    ]);
    const ring = withSteps(
      { step_id: "a", depends_on: ["c"] },
      { step_id: "b", input_artifacts: ["a/report.md"] },
      { step_id: "c", apply_patches_from: ["b"] },
    );
    expect(problems(ring)).toEqual([
      'steps: "a" needs "c" needs "b" needs "a"; a step can\'t wait for itself',
    ]);
  });

  test("going back is no cycle, and a diamond is none", () => {
    const spec = withSteps(
      { step_id: "a" },
      { step_id: "b", depends_on: ["a"] },
      { step_id: "c", depends_on: ["a"] },
      { step_id: "d", depends_on: ["b", "c"], on_failure: "goto:a" },
    );
    expect(accepted(spec).warnings).toEqual([]);
  });

  test("a step that needs a later one is told of", () => {
    const needs = { step_id: "a", input_artifacts: ["b/report.md"] };
    expect(accepted(withSteps(needs, { step_id: "b" })).warnings).toEqual([
      'steps.0.input_artifacts.0: "b" comes later, and steps run in the order in which they are listed',
    ]);
  });

  test("with depends_on the order of the list means nothing", () => {
    const spec = withSteps({ step_id: "a", depends_on: ["b"] }, { step_id: "b" });
    expect(accepted(spec).warnings).toEqual([]);
  });

  test("a goto among steps with depends_on leads back only", () => {
    const beside = withSteps(
      { step_id: "a" },
      { step_id: "b", depends_on: ["a"] },
      { step_id: "c", depends_on: ["a"], on_failure: "goto:b" },
    );
    expect(problems(beside)).toEqual([
      'steps.2.on_failure: "c" does not depend on "b"; among steps with depends_on a goto leads back only',
    ]);
  });
});

test.each(builtInPipelines)("the pipeline $name is a valid job", ({ steps }) => {
  expect(accepted({ ...full, steps }).warnings).toEqual([]);
});
