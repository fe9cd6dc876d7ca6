// What the list of changed files alone says against a change. Pure.
import type { Finding } from "../../job/finding.ts";
import type { RawChange } from "./changes.ts";
import { nameProblem } from "./names.ts";
import type { ProtectedPaths } from "./protected-paths.ts";
import { secretName } from "./secret-names.ts";

/** All that git itself writes (git-fast-import(1)); 100664 is of its first days. */
const usualModes: ReadonlySet<string> = new Set(["000000", "100644", "100755", "120000", "160000"]);

/**
 * What stands against these changes by their names and modes. `otherNames` says under which other names links make
 * a path reachable.
 */
export function screenChanges(
  changes: readonly RawChange[],
  isProtected: ProtectedPaths,
  otherNames: (path: string) => readonly string[],
): Finding[] {
  return changes.flatMap((change) => screenChange(change, isProtected, otherNames));
}

function screenChange(
  { path, oldMode, newMode, oldSha, newSha }: RawChange,
  isProtected: ProtectedPaths,
  otherNames: (path: string) => readonly string[],
): Finding[] {
  const findings: Finding[] = [];
  const protection = isProtected(path);
  if (protection) findings.push({ ...protection, path });
  else {
    const alias = otherNames(path).find((name) => isProtected(name));
    const through = alias === undefined ? undefined : isProtected(alias);
    if (through) findings.push({ ...through, path, message: `${through.message} (it is also ${alias})` });
  }
  const problem = nameProblem(path);
  if (problem !== undefined) findings.push({ rule: "path", path, message: problem });
  if (newMode === "160000" || oldMode === "160000") {
    findings.push({ rule: "submodule", path, message: "a submodule was added, changed or removed" });
  }
  if (!usualModes.has(newMode)) {
    findings.push({ rule: "mode", path, message: `the mode ${newMode} is none that git writes` });
  }
  const holds = newMode === "000000" || newSha === oldSha ? undefined : secretName(path);
  if (holds !== undefined) findings.push({ rule: "secret", path, message: holds });
  return findings;
}
