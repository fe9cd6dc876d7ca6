// Two changes for one goal, of which a person takes one.
import { z } from "zod";
import { StepId } from "./ids.ts";

/** The two steps whose changes are compared: neither sees the other's, and the job has neither before one is chosen. */
export const Compare = z.strictObject({ a: StepId, b: StepId });
export type Compare = z.infer<typeof Compare>;

/** What people call them. */
export const CandidateLabel = z.enum(["A", "B"]);
export type CandidateLabel = z.infer<typeof CandidateLabel>;

/** Both with their steps; none of a job that compares nothing. */
export function candidatesOf(
  compare: Compare | undefined,
): readonly { label: CandidateLabel; stepId: string }[] {
  if (!compare) return [];
  return [
    { label: "A", stepId: compare.a },
    { label: "B", stepId: compare.b },
  ];
}

export function isCandidate(compare: Compare | undefined, stepId: string): boolean {
  return compare?.a === stepId || compare?.b === stepId;
}
