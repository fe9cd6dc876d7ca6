// How the branches of an issue's jobs begin: so they are found again.

/** `patchbay/<number>-`, which no other number's begins with. */
export function branchPrefix(number: number): string {
  return `patchbay/${number}-`;
}
