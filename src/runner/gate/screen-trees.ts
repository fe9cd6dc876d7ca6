// The patch gate: what may be pushed without a person. It looks at the resulting tree, never at the patch's text.
import type { Finding } from "../../job/finding.ts";
import type { Git, GitCall } from "../../io/git.ts";
import { changesBetween } from "./changes.ts";
import { collisions } from "./collisions.ts";
import { contentForLfs } from "./lfs.ts";
import { aliases, otherNames } from "./links.ts";
import { reviewNotes } from "./notes.ts";
import type { GatePolicy } from "./policy.ts";
import { createProtectedPaths } from "./protected-paths.ts";
import { screenChanges } from "./screen-changes.ts";
import { screenContent } from "./screen-content.ts";
import { screenLinks } from "./screen-links.ts";
import { readTree } from "./tree.ts";

export interface Screening {
  /** What stands against the change; empty when nothing does. */
  findings: Finding[];
  /** What a reviewer should look at all the same. */
  notes: string[];
}

/** Screens the change between two trees. docs/gate.md lists the rules. */
export async function screenTrees(options: {
  git: Git;
  call: GitCall;
  from: string;
  to: string;
  policy: GatePolicy;
  /** The names of the registered and well-known secrets in a text. */
  secretsIn: (text: string) => string[];
}): Promise<Screening> {
  const { git, call, from, to, policy } = options;
  const changes = await changesBetween(git, call, { from, to });
  const tree = await readTree(git, call, to);
  const known = aliases(tree);
  const added = changes.filter(({ status }) => status === "A").map(({ path }) => path);
  const doubled = new Set(tree.doubled);
  const findings: Finding[] = [
    ...screenChanges(changes, createProtectedPaths(policy.protectedPaths), (path) => otherNames(known, path)),
    ...(await screenLinks(tree, changes, () => readTree(git, call, from))),
    ...collisions(tree, added).map(({ path, with: other }): Finding => ({
      rule: "collision",
      path,
      message: `on some file systems it is the same as ${other}`,
    })),
    ...[...doubled].map((path): Finding => ({ rule: "path", path, message: "the tree names it twice" })),
    ...(await contentForLfs(git, call, { to, tree, changes })).map((path): Finding => ({
      rule: "lfs",
      path,
      message: "Git LFS keeps this file, and the change would put its content in place of the pointer",
    })),
    ...(await screenContent({ ...options, changes })),
  ];
  return { findings, notes: reviewNotes(changes) };
}
