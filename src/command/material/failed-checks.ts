// Which checks failed on a commit, and what they say about it.
import { explain } from "../../errors.ts";
import { statusOf } from "../../io/github-error.ts";
import type { RepositoryName } from "../../io/github.ts";
import type { Annotation, CheckRun, MaterialCalls } from "../../io/github-material.ts";
import { cut } from "../thread.ts";
import { failingPart } from "./failing-part.ts";
import type { MaterialPart } from "./material-part.ts";

const maxChecks = 5;
const maxAnnotations = 20;
const maxChars = 14_000;
const maxLogChars = 8000;
const failures: ReadonlySet<string> = new Set(["failure", "timed_out", "startup_failure"]);

/** The failed ones of the commit, each with its summary and what it says of single lines. */
export async function readFailedChecks(
  github: Pick<MaterialCalls, "checkRuns" | "annotations" | "jobLog">,
  repository: RepositoryName,
  sha: string,
): Promise<MaterialPart> {
  const part: MaterialPart = { found: [], leftOut: [] };
  try {
    const runs = await github.checkRuns(repository, sha);
    const failed = runs.filter((run) => failures.has(run.conclusion ?? "") && !isOwn(run));
    for (const run of failed.slice(0, maxChecks)) {
      const annotations = await github.annotations(repository, run.id);
      const log = await logOf(github, repository, { id: run.id, part });
      part.found.push({ kind: "check", name: cut(run.name, 500), text: textOf(run, annotations, log) });
    }
    const more = failed.slice(maxChecks).map(({ name }) => name);
    if (more.length > 0) part.leftOut.push(`Failed as well: ${cut(more.join(", "), 300)}.`);
  } catch (error) {
    part.leftOut.push(
      statusOf(error) === 403
        ? "Checks could not be read: the App lacks the permission to read them."
        : `Checks could not be read: ${cut(explain(error), 200)}.`,
    );
  }
  return part;
}

/** What an earlier job of ours came to is told in the conversation. */
function isOwn({ name, external_id: externalId }: CheckRun): boolean {
  return name.startsWith("patchbay / ") && /^[0-9a-f]{32}$/.test(externalId ?? "");
}

/** What its log says of the failure; empty when there is none. Why it can't be read is told once. */
async function logOf(
  github: Pick<MaterialCalls, "jobLog">,
  repository: RepositoryName,
  { id, part }: { id: number; part: MaterialPart },
): Promise<string> {
  try {
    return failingPart((await github.jobLog(repository, id)) ?? "", maxLogChars);
  } catch (error) {
    const why =
      statusOf(error) === 403 ? "the App lacks the permission actions: read" : cut(explain(error), 200);
    const said = `Logs of failed checks could not be read: ${why}.`;
    if (!part.leftOut.includes(said)) part.leftOut.push(said);
    return "";
  }
}

function textOf({ conclusion, output }: CheckRun, annotations: readonly Annotation[], log: string): string {
  const lines = annotations
    .slice(0, maxAnnotations)
    .map(({ path, start_line: line, message }) => `${path}:${line}: ${message ?? ""}`);
  const parts = [conclusion, output.title, output.summary, lines.join("\n"), output.text, log];
  return cut(
    parts.filter((part) => part !== null && part !== undefined && part !== "").join("\n\n"),
    maxChars,
  );
}
