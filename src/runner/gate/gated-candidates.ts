// The two changes of which a person takes one: each with its own patch and what the gate says of it.
import { candidatesOf, type CandidateLabel } from "../../job/compare.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { Candidate, StepResult } from "../../job/result.ts";
import type { Workspace } from "../workspace.ts";
import { type GatedChange, gatedChange, unchanged } from "./gated-change.ts";

export interface GatedCandidate {
  candidate: Candidate;
  change: GatedChange;
}

/** None of a job that compares nothing. A step that failed has nothing to choose. */
export async function gatedCandidates(
  deps: Parameters<typeof gatedChange>[0],
  {
    spec,
    steps,
    trees,
    workspace,
  }: {
    spec: JobSpec;
    steps: readonly StepResult[];
    trees: ReadonlyMap<string, string>;
    workspace: Workspace;
  },
): Promise<GatedCandidate[]> {
  const gated: GatedCandidate[] = [];
  for (const { label, stepId } of candidatesOf(spec.compare)) {
    const step = steps.find(({ step_id: id }) => id === stepId);
    const tree = trees.get(stepId);
    const hasChange = step?.status === "success" && tree !== undefined;
    const baseSha = spec.base?.sha ?? "";
    const change = hasChange
      ? await gatedChange(deps, { workspace, baseSha, tree, isHeld: false })
      : unchanged;
    gated.push({ candidate: candidateOf(label, stepId, { step, change }), change });
  }
  return gated;
}

function candidateOf(
  label: CandidateLabel,
  stepId: string,
  { step, change }: { step: StepResult | undefined; change: GatedChange },
): Candidate {
  return {
    label,
    step_id: stepId,
    agent: step?.agent ?? "",
    status: step?.status ?? "cancelled",
    patch: change.patch,
    secrets_check: change.secretsCheck,
    error: change.error ?? step?.error ?? null,
  };
}

/** What a job ends with whose candidates these are, when its steps did what they were to do. */
export function choiceOf(
  gated: readonly GatedCandidate[],
): Pick<Candidate, "error"> & { status: "success" | "needs_human" | "failed" } {
  const offered = gated.filter(({ candidate }) => candidate.patch);
  const [first] = offered;
  if (first) {
    const which = offered.map(({ candidate }) => candidate.label).join(" or ");
    const message = `a change is to be chosen: ${which}`;
    return { status: "needs_human", error: { code: "awaiting_human", message, details: {} } };
  }
  const error = gated.find(({ candidate }) => candidate.error)?.candidate.error ?? null;
  return { status: error ? "failed" : "success", error };
}
