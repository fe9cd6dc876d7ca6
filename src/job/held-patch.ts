// Whether a job waits because of its patch, or of two. Pure.
import { GateDetails } from "./finding.ts";
import type { CandidateLabel } from "./compare.ts";
import type { JobResult, ResultError } from "./result.ts";

export interface HeldPatch {
  /** Of two that are to be chosen from. */
  label?: CandidateLabel;
  sha256: string;
  baseSha: string;
  tree: string;
  details: GateDetails;
}

/** The patch that the gate stopped; undefined for a job that waits for something else, or not at all. */
export function heldPatch(result: JobResult | undefined): HeldPatch | undefined {
  const { status, patch, error } = result ?? {};
  if (status !== "needs_human" || !patch) return undefined;
  if (error?.code !== "gate" && error?.code !== "secrets_check_failed") return undefined;
  return held(patch, error);
}

/** Every patch that a person's word publishes: the one that is held, or those of which one is to be chosen. */
export function heldPatches(result: JobResult | undefined): HeldPatch[] {
  const one = heldPatch(result);
  if (one) return [one];
  if (result?.status !== "needs_human") return [];
  return (result.candidates ?? []).flatMap(({ label, patch, error }) =>
    patch ? [{ label, ...held(patch, error) }] : [],
  );
}

function held(patch: NonNullable<JobResult["patch"]>, error: ResultError | null): HeldPatch {
  const details = GateDetails.safeParse(error ? error.details : nothingAgainstIt);
  return {
    sha256: patch.sha256,
    baseSha: patch.base_sha,
    tree: patch.tree,
    // Details that can't be read may have held the worst.
    details: details.success ? details.data : { ...nothingAgainstIt, release_by: "maintain" },
  };
}

const nothingAgainstIt: GateDetails = { findings: [], total: 0, release_by: "write" };

/** As much of a hash as people are shown and write. */
export const shortHash = (sha256: string): string => sha256.slice(0, 12);
