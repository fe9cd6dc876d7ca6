// A git repository on this machine, as `patchbay run` finds it.
import { homedir } from "node:os";
import { resolve } from "node:path";
import { explain, UserError } from "../../errors.ts";
import { run } from "../../io/exec.ts";
import { type Git, line } from "../../io/git.ts";

export interface LocalRepository {
  /** The top of the work tree. */
  folder: string;
  gitDir: string;
  base: { ref: string; sha: string };
  /** Whether tracked files differ from the commit. */
  isDirty: boolean;
}

/** Throws UserError when the folder is no git repository or has no commit yet. */
export async function openLocalRepository(
  options: { git: Git; path: string },
  folder: string,
): Promise<LocalRepository> {
  const { git, path } = options;
  const wanted = resolve(folder);
  let found: string[];
  try {
    const args = [
      "-C",
      wanted,
      "rev-parse",
      "--path-format=absolute",
      "--show-toplevel",
      "--git-common-dir",
      "--git-dir",
    ];
    const { stdout } = await run("git", args, {
      env: { PATH: path, HOME: homedir(), LC_ALL: "C" },
      timeoutMs: 20_000,
    });
    found = stdout.toString("utf8").trim().split("\n");
  } catch (cause) {
    throw new UserError(`--repo: ${wanted} can't be opened as a git repository: ${explain(cause)}`, {
      cause,
    });
  }
  const [top = wanted, common = "", gitDir = ""] = found;
  const head = await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], {
    gitDir,
    okExitCodes: [1, 128],
  });
  if (head.exitCode !== 0) throw new UserError(`--repo: ${top} has no commit yet; make one first`);
  const branch = await git(["symbolic-ref", "--quiet", "--short", "HEAD"], { gitDir, okExitCodes: [1] });
  const status = await git(["status", "--porcelain", "--untracked-files=no", "--ignore-submodules"], {
    gitDir,
    workTree: top,
  });
  return {
    folder: top,
    gitDir: common,
    base: { ref: branch.exitCode === 0 ? line(branch) : "HEAD", sha: line(head) },
    isDirty: status.stdout.length > 0,
  };
}
