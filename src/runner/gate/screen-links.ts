// Links that lead out of the repository: new ones, and those which the change makes lead there.
import type { Finding } from "../../job/finding.ts";
import type { RawChange } from "./changes.ts";
import { destination } from "./links.ts";
import type { Tree } from "./tree.ts";

/** `before` reads the tree from which the change starts; it is asked only when an old link leads out now. */
export async function screenLinks(
  after: Tree,
  changes: readonly RawChange[],
  before: () => Promise<Tree>,
): Promise<Finding[]> {
  const changed = new Set(changes.filter(({ newMode }) => newMode === "120000").map(({ path }) => path));
  const leaving = [...after.links.keys()].filter((path) => destination(after, path) === undefined);
  const findings = leaving
    .filter((path) => changed.has(path))
    .map((path): Finding => ({
      rule: "link",
      path,
      message: "a symbolic link that leads out of the repository",
    }));
  const old = leaving.filter((path) => !changed.has(path));
  if (old.length === 0) return findings;
  const earlier = await before();
  for (const path of old) {
    if (destination(earlier, path) === undefined) continue;
    const message = "through this change, this symbolic link leads out of the repository";
    findings.push({ rule: "link", path, message });
  }
  return findings;
}
