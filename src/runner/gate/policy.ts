// What the operator lets a patch do without a person.

export interface GatePolicy {
  maxFiles: number;
  /** Added and removed ones together. */
  maxLines: number;
  maxPatchBytes: number;
  maxBinaryBytes: number;
  /** Globs, see job/protected-paths.ts. */
  protectedPaths: readonly string[];
  /** For the search for secrets; what it does not reach is held. */
  searchMs: number;
}
