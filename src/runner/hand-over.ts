// What a step gets of those before it besides what it lists: by the job's `artifact_handoff`. Pure.
import { UserError } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { StepResult } from "../job/result.ts";
import type { StepSpec } from "../job/step-spec.ts";

/** How a step before has ended. */
export interface Before {
  stepId: string;
  isSuccess: boolean;
  hasChanged: boolean;
}

export function beforeOf(result: Pick<StepResult, "step_id" | "status" | "change_status">): Before {
  return {
    stepId: result.step_id,
    isSuccess: result.status === "success",
    hasChanged: result.change_status === "changed",
  };
}

/** Whether what this step left is carried on to the steps after it, and to the job's change. */
export function isCarried({ artifact_handoff: handoff }: JobSpec, { isSuccess }: Before): boolean {
  return handoff !== "patch_first" || isSuccess;
}

/**
 * The artifacts that the step reads: those that it lists, and with `patch_first` the patch of the last step before it that
 * succeeded and changed something. When there is none, that of the step right before it is named, and so is told as missing.
 */
export function inputsOf(
  { artifact_handoff: handoff }: JobSpec,
  { input_artifacts: listed }: StepSpec,
  before: readonly Before[],
): string[] {
  const last = before.findLast(({ isSuccess, hasChanged }) => isSuccess && hasChanged) ?? before.at(-1);
  if (handoff !== "patch_first" || !last) return [...listed];
  const path = `${last.stepId}/patch.diff`;
  return listed.includes(path) ? [...listed] : [...listed, path];
}

/** UserError `missing_patch` when a step whose patch this one needs has none. */
export function missingPatch(
  { apply_patches_from: needed }: StepSpec,
  before: readonly Before[],
): UserError | undefined {
  const missing = needed.filter(
    (id) => !before.some(({ stepId, isSuccess, hasChanged }) => stepId === id && isSuccess && hasChanged),
  );
  if (missing.length === 0) return undefined;
  return new UserError(
    `apply_patches_from: ${missing.join(" and ")} left no patch; a step that is named there has to succeed with a change`,
    { code: "missing_patch" },
  );
}
