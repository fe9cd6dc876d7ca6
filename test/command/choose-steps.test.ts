import { expect, test } from "vitest";
import { chooseSteps, findStep } from "../../src/command/choose-steps.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { checkStepReferences } from "../../src/job/step-references.ts";
import { StepSpec } from "../../src/job/step-spec.ts";

const steps = builtInPipelines[0]?.steps ?? [];

test("a step is called by its id, with or without its number", () => {
  expect(findStep(steps, "plan").step_id).toBe("01_plan");
  expect(findStep(steps, "02_Implement").step_id).toBe("02_implement");
  expect(() => findStep(steps, "deploy")).toThrow(/no step `deploy`.*`01_plan`, `02_implement`, `03_review`/);
});

test("the chosen ones come in the pipeline's order and take nothing from the others", () => {
  const chosen = chooseSteps(steps, ["review", "implement"]);
  expect(chosen.map(({ step_id }) => step_id)).toEqual(["02_implement", "03_review"]);
  expect(chosen.map((step) => step.input_artifacts)).toEqual([
    [],
    ["02_implement/report.md", "02_implement/patch.diff"],
  ]);
  expect(checkStepReferences(chosen).problems).toEqual([]);
});

test("a way out of the chosen ones ends there", () => {
  const step = (fields: object): StepSpec =>
    StepSpec.parse({ agent: "codex", role: "implementer", ...fields });
  const all = [
    step({ step_id: "a" }),
    step({ step_id: "b", on_failure: "goto:a", depends_on: ["a"], apply_patches_from: ["a"] }),
  ];
  expect(chooseSteps(all, ["b"])).toMatchObject([
    { on_failure: "stop", depends_on: [], apply_patches_from: [] },
  ]);
  expect(chooseSteps(all, ["a", "b"])).toEqual(all);
});
