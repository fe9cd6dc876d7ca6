// What a step needs to know of the job that it belongs to.
import type { SessionUsage } from "../agents/agent.ts";
import type { UserError } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { StepSpec } from "../job/step-spec.ts";
import type { Workspace } from "./workspace.ts";

/** A session of the agent that goes on, with its HOME and the checkout as it left them. */
export interface Resumed {
  sessionId: string;
  usage: SessionUsage | undefined;
  /** Why it was interrupted; undefined: it had come to its end, and is asked for something new. */
  reason: string | undefined;
}

export interface StepRun {
  spec: JobSpec;
  step: StepSpec;
  workspace: Workspace;
  /** The tree from which the step starts; the checkout stands there already. */
  treeBefore: string;
  /** From which its change is told: where it started first, when a loop lets it go on from what it left. */
  changeFrom: string;
  /** The artifacts of earlier steps that it reads, `<step_id>/<file>`. */
  inputs: readonly string[];
  /** Why it can't begin, when it can't: it fails so, with all that a failed step leaves. */
  obstacle: UserError | undefined;
  signal: AbortSignal;
  /** Throws once the lease is lost: asked before each artifact is written. */
  assertHeld: () => Promise<void>;
  onAttempt: (attempt: number) => Promise<void>;
}
