// What a step needs to know of the job that it belongs to.
import type { JobSpec } from "../job/job-spec.ts";
import type { StepSpec } from "../job/step-spec.ts";
import type { Workspace } from "./workspace.ts";

export interface StepRun {
  spec: JobSpec;
  step: StepSpec;
  workspace: Workspace;
  /** The tree from which each attempt starts; the checkout stands there already. */
  treeBefore: string;
  signal: AbortSignal;
  /** Throws once the lease is lost: asked before each artifact is written. */
  assertHeld: () => Promise<void>;
  onAttempt: (attempt: number) => Promise<void>;
}
