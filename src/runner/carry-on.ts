// `continue` after a change that was not published: it is put into the checkout again, with marks where it no longer fits.
import { UserError } from "../errors.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { RunnerDeps } from "./deps.ts";
import { takeSnapshot } from "./patch.ts";
import type { Workspace } from "./workspace.ts";

export interface Carried {
  /** From which the first step starts. */
  tree: string;
  /** The files in which both changes stand between marks. */
  conflicts: string[];
  /** What each step is told of it; empty when nothing was carried. */
  told: string;
}

/**
 * Puts the unpublished change of the job that `spec` carries on `tree`: git-apply(1) `--3way`, in the checkout, before any
 * agent has been there. Where nothing of it can be had any more, the job starts without it and is told so.
 */
export async function carryOn(
  deps: Pick<RunnerDeps, "artifacts" | "git">,
  { spec, workspace, tree }: { spec: JobSpec; workspace: Workspace; tree: string },
): Promise<Carried> {
  if (spec.carries === undefined) return { tree, conflicts: [], told: "" };
  const patch = await deps.artifacts.readPatch(spec.carries);
  if (!patch) return { tree, conflicts: [], told: lost };
  await workspace.checkOut(tree);
  const applied = await deps.git(["apply", "--3way", "--binary", "--whitespace=nowarn", "-"], {
    ...workspace.call,
    input: patch,
    okExitCodes: [1],
  });
  const unmerged = await deps.git(["diff", "--name-only", "--diff-filter=U", "-z"], workspace.call);
  const conflicts = unmerged.stdout
    .toString("utf8")
    .split("\0")
    .filter((name) => name !== "");
  // All or nothing: a change of which git could put nothing anywhere left the checkout as it was.
  if (applied.exitCode !== 0 && conflicts.length === 0) return { tree, conflicts, told: lost };
  const { tree: carried } = await takeSnapshot(deps.git, workspace);
  return { tree: carried, conflicts, told: toldOf(conflicts) };
}

/** The files of `conflicts` that still have a mark in `tree`, as the error of the job. */
export async function unsolved(
  { git }: Pick<RunnerDeps, "git">,
  { call }: Workspace,
  { tree, conflicts }: { tree: string; conflicts: readonly string[] },
): Promise<UserError | undefined> {
  const left: string[] = [];
  for (const name of conflicts) {
    const found = await git(["grep", "--quiet", "-E", "^(<{7}|>{7}) ", tree, "--", `:(literal)${name}`], {
      ...call,
      okExitCodes: [1],
    });
    if (found.exitCode === 0) left.push(name);
  }
  if (left.length === 0) return undefined;
  return new UserError(
    `the marks of the conflict are still in ${named(left)}; ask again, or solve it by hand`,
    {
      code: "conflict",
    },
  );
}

const lost =
  "An earlier job made a change that was not published. It could not be put on this commit: make it anew where the goal needs it.";

function toldOf(conflicts: readonly string[]): string {
  const there =
    "An earlier job made a change that was not published, because the branch had moved. It is in this checkout already, as part of your change.";
  if (conflicts.length === 0) return there;
  return (
    `${there} In ${named(conflicts)} it does not fit: what the branch has now and what the earlier job made stand there between ` +
    "lines that begin with <<<<<<<, ======= and >>>>>>>. Solve each: keep what both wanted, and leave no such line."
  );
}

const maxNamed = 20;

/** As JSON, so that a name is read as a name. */
function named(files: readonly string[]): string {
  const more = files.length > maxNamed ? ` and ${files.length - maxNamed} more` : "";
  return `${files
    .slice(0, maxNamed)
    .map((name) => JSON.stringify(name.slice(0, 300)))
    .join(", ")}${more}`;
}
