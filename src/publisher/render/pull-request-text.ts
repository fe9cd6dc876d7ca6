// A pull request's title and body.
import type { GitHubJob } from "../../job/job-spec.ts";
import type { JobResult } from "../../job/result.ts";
import { assemble, fixed } from "./assemble.ts";
import { fitMarkdown, maxCommentChars } from "./fit.ts";
import { simulatedNote, smallPrint, warningsNote } from "./frame.ts";
import { jobMarker } from "../../job/job-marker.ts";
import { gap } from "./plain.ts";
import { subjectOf } from "./subject.ts";
import type { Voice } from "./voice.ts";

/** The title: what was asked, in one line of at most 100 characters. */
export function pullRequestTitle(spec: GitHubJob, voice: Voice): string {
  const subject = subjectOf({ ...spec, goal: voice.mask(spec.goal) }, 100);
  return subject.charAt(0).toUpperCase() + subject.slice(1) || `Change for #${spec.target.number}`;
}

/** The body: which issue it closes, the report, who asked for it. */
export function pullRequestBody(
  job: { spec: GitHubJob; result: JobResult; report: string | undefined },
  voice: Voice,
): string {
  const { spec, result, report } = job;
  const { kind, number } = spec.target;
  const marker = jobMarker(spec.job_id);
  const body = assemble(
    [
      fixed(kind === "issue" ? `Closes #${number}` : `For #${number}`),
      fixed(thanks(spec)),
      fixed(simulatedNote(result)),
      {
        rank: 1,
        maxChars: 30_000,
        render: (maxChars) => {
          const hint = `\n\n*Shortened; the whole report: ${voice.whereIs(spec.job_id, "report.md")}*`;
          const fitted = fitMarkdown(closesNothing(report ?? ""), maxChars - hint.length, voice);
          return fitted.cut ? `${fitted.text}${hint}` : fitted.text;
        },
      },
      fixed(warningsNote(result, voice)),
      fixed("---"),
      fixed(smallPrint(spec, result, voice)),
    ],
    maxCommentChars - marker.length - 1,
  );
  return `${marker}\n${voice.mask(body)}`;
}

/** The one mention that Patchbay makes on purpose: an edited comment notifies nobody, a new pull request does. */
function thanks(spec: GitHubJob): string {
  const { login } = spec.requested_by;
  return /^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$/.test(login) ? `Asked for by @${login}.` : "";
}

/**
 * An agent's "fixes #1" would close that issue when the pull request is merged; only the one that was asked about
 * may be. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
function closesNothing(text: string): string {
  return text.replaceAll(
    /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=[\s:*_]+(?:\[?(?:[\w.-]+\/[\w.-]+)?#\d|GH-\d|https?:\/\/))/gi,
    (word) => `${word.charAt(0)}${gap}${word.slice(1)}`,
  );
}
