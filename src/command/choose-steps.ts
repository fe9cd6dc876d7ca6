// Some steps of a pipeline instead of all of them.
import { UserError } from "../errors.ts";
import { stepGraph } from "../job/step-graph.ts";
import type { StepSpec } from "../job/step-spec.ts";
import { code, quote } from "./quote.ts";

/** What a person calls a step: its id, with or without the number before it (`01_plan`, `plan`), whatever the case. */
function isCalled({ step_id }: StepSpec, name: string): boolean {
  const wanted = name.toLowerCase();
  const id = step_id.toLowerCase();
  return id === wanted || id.replace(/^\d+[_-]/, "") === wanted;
}

/** The step of this name. Throws UserError `invalid_job` that names the ones that there are. */
export function findStep<Step extends StepSpec>(steps: readonly Step[], name: string): Step {
  const found = steps.find((step) => isCalled(step, name));
  if (found) return found;
  const known = steps.map((step) => code(step.step_id)).join(", ");
  throw new UserError(`There is no step ${quote(name)}. The steps are ${known}.`, { code: "invalid_job" });
}

/**
 * The named steps in the pipeline's order, without what they would have taken from the others. Throws UserError
 * `invalid_job` for a name that no step has.
 */
export function chooseSteps(steps: readonly StepSpec[], names: readonly string[]): StepSpec[] {
  const chosen = new Set(names.map((name) => findStep(steps, name).step_id));
  const isThere = (id: string): boolean => chosen.has(id);
  const graph = stepGraph(steps);
  return steps
    .filter((step) => isThere(step.step_id))
    .map((step) => ({
      ...step,
      // What it waited for through a step that is left out, it waits for still.
      depends_on: graph.isParallel ? idsOf(graph.before(step.step_id)).filter(isThere) : [],
      input_artifacts: step.input_artifacts.filter((path) => isThere(path.slice(0, path.indexOf("/")))),
      apply_patches_from: step.apply_patches_from.filter(isThere),
      on_failure: leadsOut(step, isThere) ? "stop" : step.on_failure,
    }));
}

function idsOf(steps: readonly StepSpec[]): string[] {
  return steps.map(({ step_id: id }) => id);
}

function leadsOut({ on_failure: onFailure }: StepSpec, isThere: (id: string) => boolean): boolean {
  const goto = /^goto:(.*)$/.exec(onFailure)?.[1];
  return goto !== undefined && !isThere(goto);
}
