// state.json and its publication: every change of a job's state is written first and then told.
import type { JobSpec } from "../job/job-spec.ts";
import { type JobState, newJobState, type StepState } from "../job/job-state.ts";
import type { Claim } from "../queue/contract.ts";
import type { RunnerDeps } from "./deps.ts";

export interface JobProgress {
  readonly state: JobState;
  /** Changes the state, writes it, and asks for the comment to be brought up to date. */
  update(
    change: Partial<Pick<JobState, "phase">>,
    step?: Partial<StepState> & { step_id: string },
  ): Promise<void>;
}

/** Takes up the state that an earlier run left, or begins a new one. */
export async function openProgress(deps: RunnerDeps, claim: Claim<JobSpec>): Promise<JobProgress> {
  const spec = claim.ticket.payload;
  const time = (): string => deps.clock().toISOString();
  const earlier = await deps.artifacts.readState(spec.job_id);
  let state: JobState = { ...(earlier ?? newJobState(spec, time())), epoch: claim.epoch };
  let told = 0;
  let writing: Promise<void> = Promise.resolve();

  return {
    get state() {
      return state;
    },
    // Steps that run beside each other change it at the same time: one write after the other, none with an older state.
    update(change, step) {
      writing = writing.catch(() => undefined).then(() => write(change, step));
      return writing;
    },
  };

  async function write(
    change: Partial<Pick<JobState, "phase">>,
    step?: Partial<StepState> & { step_id: string },
  ): Promise<void> {
    state = {
      ...state,
      ...change,
      crashes: claim.ticket.crashes,
      steps: state.steps.map((one) => (one.step_id === step?.step_id ? { ...one, ...step } : one)),
      updated_at: time(),
    };
    await claim.assertHeld();
    await deps.artifacts.writeState(state);
    if (state.phase === "finished") return;
    told++;
    await deps.outbox.enqueue({
      id: `${spec.job_id}-${claim.epoch}-${told}`,
      key: `job:${spec.job_id}`,
      payload: { kind: "progress", job_id: spec.job_id, epoch: claim.epoch },
    });
  }
}
