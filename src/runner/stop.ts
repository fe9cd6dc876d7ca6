// Why a running job has to stop before its end, as the reason of its one AbortSignal.
import { CancelRequested, LeaseLostError } from "../queue/contract.ts";

/** The process is going down: the job goes back to the queue and resumes at the step where it stands. */
export class DrainRequested extends Error {
  override readonly name = "DrainRequested";
}

export type StopReason = "cancelled" | "drained" | "lost";

/** The reason for which `signal` was aborted; undefined while it isn't. */
export function stopReason(signal: AbortSignal): StopReason | undefined {
  if (!signal.aborted) return undefined;
  if (signal.reason instanceof CancelRequested) return "cancelled";
  if (signal.reason instanceof LeaseLostError) return "lost";
  return "drained";
}
