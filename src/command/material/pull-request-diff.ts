// What a pull request changes, between two commits that nothing can change any more.
import { explain } from "../../errors.ts";
import type { RepositoryName } from "../../io/github.ts";
import type { MaterialCalls } from "../../io/github-material.ts";
import { cut } from "../thread.ts";
import type { MaterialPart } from "./material-part.ts";

const maxChars = 60_000;

/** The pull request's diff; of a long one the beginning, and the rest is named as missing. */
export async function readPullRequestDiff(
  github: Pick<MaterialCalls, "diff">,
  repository: RepositoryName,
  { base, head, number }: { base: string; head: string; number: number },
): Promise<MaterialPart> {
  try {
    const diff = await github.diff(repository, base, head);
    if (diff.trim() === "") return { found: [], leftOut: [] };
    const text = cut(diff, maxChars);
    const missing = diff.length - text.length;
    const leftOut =
      missing > 0
        ? [`The last ${missing} characters of the diff are missing; the checkout has the files.`]
        : [];
    return { found: [{ kind: "diff", name: `the diff of pull request #${number}`, text }], leftOut };
  } catch (error) {
    return { found: [], leftOut: [`The diff could not be read: ${cut(explain(error), 200)}.`] };
  }
}
