// A patch on a commit that came after its own: only when the change stays what it was.
import { UserError } from "../errors.ts";
import { ExecError } from "../io/exec.ts";
import { type Git, type GitCall, line } from "../io/git.ts";
import { isSameChange } from "./same-change.ts";

export interface Move {
  patch: Uint8Array;
  baseSha: string;
  /** What the patch gives on its base. */
  tree: string;
  /** The commit that it goes on now. */
  onto: string;
}

const maxDiffBytes = 512 * 1024 * 1024;

/**
 * The tree that the patch gives on `onto`. Throws UserError `conflict`, with the files, when it doesn't fit there or
 * would change something else than on its base.
 */
export async function moveOnto(git: Git, call: GitCall, move: Move): Promise<string> {
  const { baseSha, tree, onto } = move;
  await git(["read-tree", onto], call);
  try {
    await git(["apply", "--cached", "--whitespace=nowarn", "-"], { ...call, input: move.patch });
  } catch (cause) {
    if (!(cause instanceof ExecError) || cause.exitCode === undefined) throw cause;
    throw conflict(move, await changedOnBoth(git, call, move), cause);
  }
  const moved = line(await git(["write-tree"], call));
  const [before, after] = [await diff(git, call, baseSha, tree), await diff(git, call, onto, moved)];
  if (!isSameChange(before, after)) throw conflict(move, await changedOnBoth(git, call, move));
  return moved;
}

async function diff(git: Git, call: GitCall, from: string, to: string): Promise<Buffer> {
  const args = [
    "diff-tree",
    "-r",
    "-p",
    "--binary",
    "--full-index",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
  ];
  return (await git([...args, from, to], { ...call, maxOutputBytes: maxDiffBytes })).stdout;
}

async function changedOnBoth(git: Git, call: GitCall, { baseSha, tree, onto }: Move): Promise<string[]> {
  const names = async (to: string): Promise<string[]> => {
    const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", baseSha, to];
    const { stdout } = await git(args, { ...call, maxOutputBytes: maxDiffBytes });
    return stdout
      .toString("utf8")
      .split("\0")
      .filter((name) => name !== "");
  };
  const meanwhile = new Set(await names(onto));
  return (await names(tree)).filter((name) => meanwhile.has(name));
}

const maxNamed = 10;

function conflict({ baseSha, onto }: Move, files: readonly string[], cause?: unknown): UserError {
  const named = files.slice(0, maxNamed).join(", ");
  const more = files.length > maxNamed ? ` and ${files.length - maxNamed} more` : "";
  const which =
    files.length === 0 ? "the patch does not fit there" : `there too were changed: ${named}${more}`;
  return new UserError(
    `applying the patch: the branch has moved from ${baseSha.slice(0, 12)} to ${onto.slice(0, 12)}, and ${which}; ` +
      "ask again to start from where it is now, or apply the patch by hand",
    { cause, code: "conflict" },
  );
}
