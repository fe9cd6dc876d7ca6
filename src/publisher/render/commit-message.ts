// The commit's message: a conventional first line, what was asked, who asked, which job.
// https://www.conventionalcommits.org/en/v1.0.0/ and git-interpret-trailers(1)
import type { GitHubJob } from "../../job/job-spec.ts";
import { oneLine, readable, shorten } from "./fence.ts";
import { subjectOf } from "./subject.ts";

const maxSubject = 72;
const types: readonly [RegExp, string][] = [
  [/^(?:fix|repair|correct|solve|resolve|hotfix)\b/i, "fix"],
  [/^(?:add|implement|create|support|introduce|allow|enable|build)\b/i, "feat"],
  [/^(?:document|docs?|explain|describe)\b|\b(?:readme|documentation|docstrings?)\b/i, "docs"],
  [/^(?:test|cover)\b|\b(?:unit |missing )tests?\b/i, "test"],
  [/^(?:refactor|rename|extract|clean|simplify|restructure|move|split)\b/i, "refactor"],
  [/^(?:optimi[sz]e|speed)\b/i, "perf"],
  [/\b(?:bug|crash(?:es)?|broken|flaky|typo|regression|fails?|error)\b/i, "fix"],
];

/** The commit's message. `summary` is the agent's own; neither it nor the goal can add a trailer or skip CI. */
export function commitMessage(spec: GitHubJob, summary: string, mask: (text: string) => string): string {
  const body = harmless(mask(summary));
  const trailers = [coAuthor(spec), `Patchbay-Job: ${spec.job_id}`].filter((line) => line !== undefined);
  return `${[firstLine(harmless(mask(subjectOf(spec, 200)))), wrap(body, 72), trailers.join("\n")]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

function firstLine(subject: string): string {
  if (
    /^(?:feat|fix|docs|style|refactor|perf|test|build|ci|chore|revert)(?:\([\w./-]+\))?!?: \S/.test(subject)
  )
    return shorten(subject, maxSubject);
  const type = types.find(([pattern]) => pattern.test(subject))?.[1] ?? "chore";
  const rest = type === "fix" ? subject.replace(/^fix(?:es)?\s+(?:(?:the|a|an)\s+)?(?=\S)/i, "") : subject;
  const first = rest.split(" ")[0] ?? "";
  // "README" and "HTTP" keep their capitals.
  const lower = /^[A-Z][a-z]*$/.test(first) ? rest.charAt(0).toLowerCase() + rest.slice(1) : rest;
  return shorten(`${type}: ${lower || "what was asked"}`, maxSubject);
}

/**
 * One paragraph in which nothing is a trailer, a mention, an instruction to CI or an issue to be closed.
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs and
 * https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
function harmless(text: string): string {
  return oneLine(readable(text))
    .replaceAll(/\[((?:skip|no) ci|ci skip|skip actions|actions skip)\]/gi, "($1)")
    .replaceAll(/\bskip-checks\s*:/gi, "skip checks")
    .replaceAll(/(?<![A-Za-z0-9])@(?=[A-Za-z0-9])/g, "")
    .replaceAll(/\b([A-Za-z]+(?:-[A-Za-z]+)*-by|patchbay-job)\s*:/gi, "$1")
    .replaceAll(
      /\b((?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\s*:?\s+)(?:[\w.-]+\/[\w.-]+)?(?:#|GH-)(\d+)/gi,
      "$1issue $2",
    );
}

function coAuthor(spec: GitHubJob): string | undefined {
  const login = spec.requested_by.login.replaceAll(/[^A-Za-z0-9[\]_-]/g, "");
  if (login === "") return undefined;
  const { id } = spec.requested_by;
  const host = spec.repository.host.replace(/:\d+$/, "");
  const address = `${id === undefined ? "" : `${id}+`}${login}@users.noreply.${host}`;
  return `Co-authored-by: ${login} <${address}>`;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
