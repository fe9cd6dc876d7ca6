// A look at the workspace before it is shown to an agent: an earlier one may have been there.
import { lstat } from "node:fs/promises";
import { join } from "node:path";

/** Whether there is a `.git`. Throws when a link stands where a folder must be: it would be followed on this side. */
export async function examineWorkspace(workspace: string): Promise<boolean> {
  if (!(await lstat(workspace)).isDirectory()) throw new Error(`the workspace ${workspace} is not a folder`);
  const git = await lstat(join(workspace, ".git")).catch(() => undefined);
  if (git && !git.isDirectory() && !git.isFile()) {
    throw new Error(`.git in the workspace ${workspace} is neither a folder nor a file`);
  }
  return git !== undefined;
}
