// The changes of several steps on one tree: where they part, each is put on as a patch.
import { UserError } from "../errors.ts";
import { line } from "../io/git.ts";
import type { RunnerDeps } from "./deps.ts";
import { diffTrees } from "./patch.ts";
import type { Workspace } from "./workspace.ts";

/** What one step has done: from the tree where it began to the one that it left. */
export interface Change {
  stepId: string;
  before: string;
  after: string;
}

/**
 * The tree that `changes` give together, put on `base` in their order; a change that begins where the ones before it have
 * led is taken as it is. One that doesn't fit is left out; the first such is the obstacle, UserError `conflict` with the
 * step and the files.
 */
export async function joinChanges(
  { git, limits }: Pick<RunnerDeps, "git" | "limits">,
  workspace: Workspace,
  { base, changes }: { base: string; changes: readonly Change[] },
): Promise<{ tree: string; obstacle: UserError | undefined }> {
  let tree = base;
  let obstacle: UserError | undefined;
  const joined: string[] = [];
  for (const { stepId, before, after } of changes.filter((change) => change.before !== change.after)) {
    if (tree === before) {
      tree = after;
    } else {
      const { maxPatchBytes: maxBytes } = limits;
      const patch = await diffTrees(git, workspace, { from: before, to: after, maxBytes });
      const put = await withPatch(git, workspace, { tree, patch });
      if ("files" in put) {
        obstacle ??= conflict(stepId, joined, put.files);
        continue;
      }
      ({ tree } = put);
    }
    joined.push(stepId);
  }
  return { tree, obstacle };
}

/** git-apply(1) `--3way`: what both have changed in the same way is no conflict. */
async function withPatch(
  git: RunnerDeps["git"],
  { call }: Workspace,
  { tree, patch }: { tree: string; patch: Buffer },
): Promise<{ tree: string } | { files: string[] }> {
  await git(["read-tree", tree], call);
  const applied = await git(["apply", "--cached", "--3way", "--binary", "--whitespace=nowarn", "-"], {
    ...call,
    input: patch,
    okExitCodes: [1],
  });
  if (applied.exitCode === 0) return { tree: line(await git(["write-tree"], call)) };
  const unmerged = await git(["diff", "--cached", "--name-only", "--diff-filter=U", "-z"], call);
  return {
    files: unmerged.stdout
      .toString("utf8")
      .split("\0")
      .filter((name) => name !== ""),
  };
}

const maxNamed = 10;

function conflict(stepId: string, joined: readonly string[], files: readonly string[]): UserError {
  const named = files.slice(0, maxNamed).join(", ");
  const more = files.length > maxNamed ? ` and ${files.length - maxNamed} more` : "";
  const where = files.length === 0 ? "" : ` in ${named}${more}`;
  return new UserError(
    `the change of ${stepId} does not fit together with that of ${joined.join(" and ")}${where}; let one of them depend on the other`,
    { code: "conflict" },
  );
}
