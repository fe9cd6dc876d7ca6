import { expect, test } from "vitest";
import { compareSteps } from "../../src/command/compare-steps.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { checkStepReferences } from "../../src/job/step-references.ts";
import type { StepSpec } from "../../src/job/step-spec.ts";

const pipelines = builtInPipelines;
const stepsOf = (name: string): readonly StepSpec[] =>
  pipelines.find((pipeline) => pipeline.name === name)?.steps ?? [];

test("what comes before the change runs once, then both make it, then another one compares", () => {
  const { steps, compare } = compareSteps(stepsOf("default"), {
    versus: "claude",
    agent: undefined,
    pipelines,
  });
  expect(steps.map(({ step_id: id, agent, depends_on: on }) => [id, agent, on.join()])).toEqual([
    ["01_plan", "opencode", ""],
    ["02_implement_A", "codex", "01_plan"],
    ["02_implement_B", "claude", "01_plan"],
    ["03_review", "opencode", "02_implement_A,02_implement_B"],
  ]);
  expect(compare).toEqual({ a: "02_implement_A", b: "02_implement_B" });
  expect(checkStepReferences(steps)).toEqual({ problems: [], warnings: [] });
  expect(steps[3]?.input_artifacts).toEqual([
    "01_plan/report.md",
    "02_implement_A/report.md",
    "02_implement_A/patch.diff",
    "02_implement_B/report.md",
    "02_implement_B/patch.diff",
  ]);
  expect(steps[3]?.prompt).toContain('"Verdict: A"');
});

test("a pipeline without a review gets one, by whoever reviews here", () => {
  const { steps } = compareSteps(stepsOf("quick"), { versus: "opencode", agent: undefined, pipelines });
  expect(steps.map(({ step_id: id, agent }) => [id, agent])).toEqual([
    ["01_implement_A", "codex"],
    ["01_implement_B", "opencode"],
    ["compare", "claude"],
  ]);
});

test("the agent of the command is the first one, and never the judge of itself", () => {
  const { steps } = compareSteps(stepsOf("quick"), { versus: "codex", agent: "claude", pipelines });
  expect(steps.map(({ agent }) => agent)).toEqual(["claude", "codex", "opencode"]);
});

test("a model belongs to the agent that it was chosen for", () => {
  const [one] = stepsOf("quick");
  if (!one) throw new Error("the pipeline quick has a step");
  const { steps } = compareSteps([{ ...one, model: "gpt-5" }], {
    versus: "claude",
    agent: undefined,
    pipelines,
  });
  expect(steps.map(({ model }) => model)).toEqual(["gpt-5", undefined, undefined]);
});

test("what can't be compared is refused", () => {
  const compared = (name: string, versus: string) => () =>
    compareSteps(stepsOf(name), { versus, agent: undefined, pipelines });
  expect(compared("plan", "claude")).toThrow("no step that changes something");
  expect(compared("quick", "codex")).toThrow("makes the change already");
  const two = [...stepsOf("quick"), ...stepsOf("default")];
  expect(() => compareSteps(two, { versus: "claude", agent: undefined, pipelines })).toThrow(
    "2 steps that change something (`01_implement`, `02_implement`)",
  );
});
