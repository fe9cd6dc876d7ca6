// Whether the steps of a job fit together: what one names is there, and nothing waits for itself.
import type { StepSpec } from "./step-spec.ts";

export interface StepFindings {
  /** Each begins with the field's path. */
  problems: string[];
  warnings: string[];
}

/** Looks at ids, `depends_on`, `input_artifacts`, `apply_patches_from` and `goto:` of all steps together. Pure. */
export function checkStepReferences(steps: readonly StepSpec[]): StepFindings {
  const problems: string[] = [];
  const warnings: string[] = [];
  const places = new Map<string, number>();
  const isParallel = steps.some((step) => step.depends_on.length > 0);

  for (const [index, { step_id: id }] of steps.entries()) {
    const first = places.get(id);
    if (first === undefined) places.set(id, index);
    else problems.push(`steps.${index}.step_id: "${id}" is taken by steps.${first}; each step needs its own`);
  }

  for (const [index, step] of steps.entries()) {
    for (const { field, id, isNeeded } of referencesOf(step)) {
      const path = `steps.${index}.${field}`;
      const place = places.get(id);
      if (place === undefined) problems.push(`${path}: there is no step "${id}"; ${knownSteps(places)}`);
      else if (isNeeded && place > index && !isParallel) {
        warnings.push(`${path}: "${id}" comes later, and steps run in the order in which they are listed`);
      }
    }
  }

  const cycle = findCycle(steps);
  if (cycle) {
    problems.push(`steps: ${cycle.map((id) => `"${id}"`).join(" needs ")}; a step can't wait for itself`);
  } else if (isParallel) {
    problems.push(...gotosThatDontLeadBack(steps, places));
  }
  return { problems, warnings };
}

/** The ids of the steps that must have run before this one, as it names them. */
export function neededBy(step: StepSpec): ReadonlySet<string> {
  return new Set(
    referencesOf(step)
      .filter(({ isNeeded }) => isNeeded)
      .map(({ id }) => id),
  );
}

interface Reference {
  field: string;
  id: string;
  /** True when the other step must have run; a `goto` may lead anywhere, backwards too. */
  isNeeded: boolean;
}

function referencesOf(step: StepSpec): Reference[] {
  const goto = gotoOf(step.on_failure);
  return [
    ...step.depends_on.map((id, at) => ({ field: `depends_on.${at}`, id, isNeeded: true })),
    ...step.input_artifacts.map((path, at) => ({
      field: `input_artifacts.${at}`,
      id: path.slice(0, path.indexOf("/")),
      isNeeded: true,
    })),
    ...step.apply_patches_from.map((id, at) => ({ field: `apply_patches_from.${at}`, id, isNeeded: true })),
    ...(goto === undefined ? [] : [{ field: "on_failure", id: goto, isNeeded: false }]),
  ];
}

/** Where steps wait for each other, "on from there" is a place only for what comes before. */
function gotosThatDontLeadBack(steps: readonly StepSpec[], places: ReadonlyMap<string, number>): string[] {
  const needs = new Map(steps.map((step) => [step.step_id, neededBy(step)]));
  function waitsFor(id: string, goal: string): boolean {
    const found = new Set([id]);
    // A set that grows is walked to its new end.
    for (const one of found) for (const needed of needs.get(one) ?? []) found.add(needed);
    return found.has(goal);
  }
  return steps.flatMap(({ step_id: id, on_failure: onFailure }, index) => {
    const goal = gotoOf(onFailure);
    if (goal === undefined || !places.has(goal) || waitsFor(id, goal)) return [];
    return `steps.${index}.on_failure: "${id}" does not depend on "${goal}"; among steps with depends_on a goto leads back only`;
  });
}

function gotoOf(onFailure: StepSpec["on_failure"]): string | undefined {
  return /^goto:(.*)$/.exec(onFailure)?.[1];
}

function knownSteps(places: ReadonlyMap<string, number>): string {
  return `known: ${[...places.keys()].join(", ")}`;
}

/** A way from a step back to itself, the step named first and last; undefined when there is none. */
function findCycle(steps: readonly StepSpec[]): string[] | undefined {
  const needs = new Map(steps.map((step) => [step.step_id, neededBy(step)]));
  const finished = new Set<string>();
  const trail: string[] = [];

  function visit(id: string): string[] | undefined {
    const seen = trail.indexOf(id);
    if (seen !== -1) return [...trail.slice(seen), id];
    if (finished.has(id)) return undefined;
    trail.push(id);
    for (const needed of needs.get(id) ?? []) {
      const cycle = visit(needed);
      if (cycle) return cycle;
    }
    trail.pop();
    finished.add(id);
    return undefined;
  }

  for (const id of needs.keys()) {
    const cycle = visit(id);
    if (cycle) return cycle;
  }
  return undefined;
}
