// How much of what earlier steps left goes into a prompt. Pure.
import type { InputArtifact } from "./agent.ts";

export interface InputLimits {
  maxFiles: number;
  /** Of one file. */
  maxChars: number;
  /** Of all together. */
  maxTotalChars: number;
}

/** MAX_INPUT_ARTIFACTS_FILES, MAX_INPUT_ARTIFACT_CHARS and MAX_INPUT_ARTIFACTS_CHARS as they are by default. */
const defaultInputLimits: InputLimits = { maxFiles: 10, maxChars: 12_000, maxTotalChars: 40_000 };

/**
 * Cuts the inputs in their order. Each one stays in the list: what doesn't fit any more is empty with `cutChars` told,
 * so that a prompt can say what is missing.
 */
export function limitInputs(
  inputs: readonly InputArtifact[],
  limits: InputLimits = defaultInputLimits,
): InputArtifact[] {
  let left = limits.maxTotalChars;
  return inputs.map((input, index) => {
    const room = index < limits.maxFiles ? Math.min(limits.maxChars, left) : 0;
    const text = cutText(input.text, room);
    left -= text.length;
    return { path: input.path, text, cutChars: input.cutChars + input.text.length - text.length };
  });
}

/** The first `maxChars` characters, never ending in half a surrogate pair. */
export function cutText(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : text.slice(0, Math.max(0, maxChars)).replace(/[\uD800-\uDBFF]$/, "");
}
