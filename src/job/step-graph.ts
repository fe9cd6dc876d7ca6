// Which step waits for which. Pure.
import { neededBy } from "./step-references.ts";
import type { StepSpec } from "./step-spec.ts";

export interface StepGraph {
  /** Whether some of the steps may run at the same time; otherwise they run as they are listed. */
  isParallel: boolean;
  /** All steps, each after those that it waits for, otherwise as they are listed. */
  order: readonly StepSpec[];
  /** Every step that has to be done before this one, in `order`: those that it names, and those that they name. */
  before(stepId: string): readonly StepSpec[];
  /** Every step that waits for this one, in `order`. */
  after(stepId: string): readonly StepSpec[];
}

/**
 * Without a `depends_on` anywhere each step waits for all that are listed before it. With one, a step waits for what it
 * names in `depends_on`, `input_artifacts` and `apply_patches_from`, and for nothing else. The steps must have passed
 * `checkStepReferences`.
 */
export function stepGraph(steps: readonly StepSpec[]): StepGraph {
  const isParallel = steps.some((step) => step.depends_on.length > 0);
  const all = new Map<string, ReadonlySet<string>>();

  function ancestors(step: StepSpec): ReadonlySet<string> {
    const known = all.get(step.step_id);
    if (known) return known;
    const found = new Set<string>();
    for (const needed of direct(step)) {
      found.add(needed.step_id);
      for (const id of ancestors(needed)) found.add(id);
    }
    all.set(step.step_id, found);
    return found;
  }

  function direct(step: StepSpec): readonly StepSpec[] {
    if (!isParallel) return steps.slice(0, steps.indexOf(step));
    const named = neededBy(step);
    return steps.filter(({ step_id: id }) => named.has(id));
  }

  // An ancestor has fewer ancestors than its descendant, and the sort keeps the listed order of equals.
  const order = steps.toSorted((one, other) => ancestors(one).size - ancestors(other).size);
  return {
    isParallel,
    order,
    before: (stepId) => order.filter(({ step_id: id }) => all.get(stepId)?.has(id)),
    after: (stepId) => order.filter(({ step_id: id }) => all.get(id)?.has(stepId)),
  };
}
