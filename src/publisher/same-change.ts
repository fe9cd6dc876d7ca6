// Whether two patches make the same change, though they begin from different commits. Pure.

/**
 * True when both patches (`git diff-tree -p --binary --full-index`) change the same files in the same way: only where
 * in a file it happens, and which blobs it begins from, may differ. A line of a file begins with a space, a plus, a
 * minus or a backslash there, so nothing in a file can pass for what is left out.
 */
export function isSameChange(one: Buffer, other: Buffer): boolean {
  return withoutPlaces(one) === withoutPlaces(other);
}

function withoutPlaces(patch: Buffer): string {
  return patch
    .toString("latin1")
    .replaceAll(/^index [0-9a-f]+\.\.[0-9a-f]+(?: \d+)?$/gm, "index")
    .replaceAll(/^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*$/gm, "@@");
}
