// Whether a job waits because of its patch. Pure.
import { GateDetails } from "./finding.ts";
import type { JobResult } from "./result.ts";

export interface HeldPatch {
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
  const details = GateDetails.safeParse(error.details);
  return {
    sha256: patch.sha256,
    baseSha: patch.base_sha,
    tree: patch.tree,
    // Details that can't be read may have held the worst.
    details: details.success ? details.data : { findings: [], total: 0, release_by: "maintain" },
  };
}

/** As much of a hash as people are shown and write. */
export const shortHash = (sha256: string): string => sha256.slice(0, 12);
