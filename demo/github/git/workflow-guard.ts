// GitHub refuses commits that touch .github/workflows from an App without the `workflows` permission.
import type { GitRepository } from "./repository.ts";

const folder = ".github/workflows";

/**
 * The first workflow file that a push of `after` would bring in, or null. Commits that the repository already has
 * on some ref do not count.
 */
export async function touchedWorkflow(repository: GitRepository, after: string): Promise<string | null> {
  const commits = await repository.line(["rev-list", after, "--not", "--all"]);
  for (const commit of commits.split("\n").filter(Boolean)) {
    const args = ["diff-tree", "-r", "-m", "--root", "--no-commit-id", "--name-only", commit, "--", folder];
    const [file] = (await repository.line(args)).split("\n");
    if (file) return file;
  }
  return null;
}

/** The same for `git push`: an update hook, told by the environment whether workflows may be pushed. */
export const updateHook = `#!/bin/sh
# update <ref> <old> <new> (githooks(5)); STAND_IN_WORKFLOWS is set by the stand-in's HTTP door.
[ "\${STAND_IN_WORKFLOWS:-yes}" = yes ] && exit 0
case "$3" in *[!0]*) ;; *) exit 0 ;; esac
for commit in $(git rev-list "$3" --not --all); do
  file=$(git diff-tree -r -m --root --no-commit-id --name-only "$commit" -- ${folder} | head -n 1)
  if [ -n "$file" ]; then
    echo "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission" >&2
    exit 1
  fi
done
exit 0
`;
