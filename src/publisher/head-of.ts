// Where a branch stands at GitHub that a change is to go to.
import { UserError } from "../errors.ts";
import type { RepositoryName } from "../io/github.ts";
import { statusOf } from "../io/github-error.ts";
import type { PublisherGitHub } from "./deps.ts";

/** The branch's commit. Throws UserError `conflict` when the branch is gone. */
export async function headOf(
  github: Pick<PublisherGitHub, "branchHead">,
  repository: RepositoryName,
  branch: string,
): Promise<string> {
  try {
    return await github.branchHead(repository, branch);
  } catch (cause) {
    if (statusOf(cause) !== 404) throw cause;
    throw new UserError(
      `applying the patch: the branch ${branch} is gone; restore it, or apply the patch by hand`,
      { cause, code: "conflict" },
    );
  }
}
