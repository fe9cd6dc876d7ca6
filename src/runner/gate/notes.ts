// What a reviewer should look at, though it is no reason to hold a change. Pure.
import type { RawChange } from "./changes.ts";

const maxNamed = 5;

const watched: readonly [string, (change: RawChange) => boolean][] = [
  [
    "made executable",
    ({ oldMode, newMode }) => newMode === "100755" && (oldMode === "100644" || oldMode === "000000"),
  ],
  ["decides how git treats files", ({ path }) => /(?:^|\/)\.git(?:attributes|ignore)$/i.test(path)],
  [
    "decides what builds and tests run",
    ({ path }) =>
      /(?:^|\/)(?:package\.json|makefile|justfile|dockerfile|jenkinsfile|\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|\.npmrc|\.pre-commit-config\.yaml|setup\.py|build\.rs)$|(?:^|\/)\.(?:circleci|buildkite|devcontainer|vscode)\//i.test(
        path,
      ),
  ],
];

/** One sentence for each kind of file that the change has. */
export function reviewNotes(changes: readonly RawChange[]): string[] {
  return watched.flatMap(([what, applies]) => {
    const paths = changes
      .filter((change) => change.status !== "D" && applies(change))
      .map(({ path }) => path);
    if (paths.length === 0) return [];
    const more = paths.length > maxNamed ? ` and ${paths.length - maxNamed} more` : "";
    return [`worth a look, ${what}: ${paths.slice(0, maxNamed).join(", ")}${more}`];
  });
}
