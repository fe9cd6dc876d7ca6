// What the runner needs of the other rooms.
import type { SeenImage } from "../agents/images.ts";
import type { Agent, Endpoint, InputArtifact } from "../agents/agent.ts";
import type { Artifacts } from "../artifacts/store.ts";
import type { StreamMask } from "../artifacts/bounded-sink.ts";
import type { Budgets } from "../budget/budget.ts";
import type { Git } from "../io/git.ts";
import type { Intent } from "../job/intent.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { JobResult } from "../job/result.ts";
import type { StepSpec } from "../job/step-spec.ts";
import type { Log } from "../log.ts";
import type { Queue } from "../queue/contract.ts";
import type { DoorRequest, Doors } from "../sandbox/doors.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Sessions } from "./sessions.ts";
import type { GatePolicy } from "./gate/policy.ts";

interface RunnerLimits {
  maxAttemptsPerStep: number;
  /** Of one job at the same time. */
  maxParallelSteps: number;
  maxPatchBytes: number;
  maxOutputChars: number;
  maxInputBytes: number;
  stallMs: number;
}

/** What happens to a job that whoever keeps a record wants to know. */
export type RunnerEvent =
  | { kind: "job_started"; spec: JobSpec; epoch: number; attempt: number }
  | { kind: "job_ended"; result: JobResult; epoch: number };

export interface RunnerDeps {
  artifacts: Artifacts;
  /** Throws UserError for an agent that is unknown or not allowed. */
  agents: { get(name: string): Promise<Agent> };
  /** Where agents' programs run. Throws UserError (`preflight`) with the remedy when it can't work. */
  sandbox: () => Promise<Sandbox>;
  git: Git;
  workspacesRoot: string;
  sessions: Sessions;
  /**
   * Brings the job's base commit into a bare repository on this machine, pinned for the job, and returns its folder.
   * Throws UserError for a job that names none, TransientError when it may go better later.
   */
  fetchBase: (spec: JobSpec, signal: AbortSignal) => Promise<string>;
  outbox: Pick<Queue<Intent>, "enqueue">;
  /**
   * `images`: where the step's program finds the pictures of the job, in their order. `failed`: what the commands of `verify`
   * said about what it had left.
   */
  buildPrompt: (
    spec: JobSpec,
    step: StepSpec,
    told: { inputs: InputArtifact[]; images: readonly SeenImage[]; failed: string | undefined },
  ) => Promise<string>;
  limitInputs: (inputs: InputArtifact[]) => InputArtifact[];
  redactor: { find: (text: string) => string[]; stream: () => StreamMask };
  budgets: Pick<Budgets, "reserve">;
  /** Opens the doors of one step through which its agent reaches the models and the hosts that the job may reach. */
  openDoors: (
    spec: JobSpec,
    step: Pick<
      DoorRequest,
      "over" | "socketOwner" | "limits" | "failuresAreFinal" | "onDecision" | "onCall"
    > & {
      /** In place of all others: the only thing that these doors lead to. */
      endpoint: Endpoint | undefined;
    },
  ) => Promise<Doors>;
  /** What a patch may do without a person. */
  gate: GatePolicy;
  limits: RunnerLimits;
  /** Keeps the record of what ran; never throws. */
  audit: (event: RunnerEvent) => Promise<void>;
  clock: () => Date;
  log: Log;
}
