// The comment once a job has ended: what came of it, at a glance first.
import { isReadOnly } from "../../job/step-spec.ts";
import type { GitHubJob } from "../../job/job-spec.ts";
import type { Publication } from "../../job/publication.ts";
import type { JobResult } from "../../job/result.ts";
import type { Landing } from "../landing.ts";
import { assemble, fixed, type Part } from "./assemble.ts";
import { checklist, itemsOfResult } from "./checklist.ts";
import { choiceTitle, type Compared, comparedDiffs, comparedParts, isOpenChoice } from "./compared.ts";
import { diffStatistics, shownDiff, statisticsLine } from "./diff.ts";
import { codeSpan } from "./fence.ts";
import { fitMarkdown, maxCommentChars } from "./fit.ts";
import { goalQuote, logEnd, simulatedNote, smallPrint, warningsNote } from "./frame.ts";
import { failureOf } from "./failure.ts";
import { heldPatch } from "../../job/held-patch.ts";
import { jobMarker } from "../../job/job-marker.ts";
import { plainLine } from "./plain.ts";
import { endedTitle, heldFindings, mayShowPatch, releaseHint, whatNext } from "./unhappy.ts";
import type { Voice } from "./voice.ts";

/** Before an indented line, which would otherwise belong to the checklist above it. */
const endOfList = "<!-- -->\n\n";

export interface Ended {
  spec: GitHubJob;
  result: JobResult;
  landing: Landing;
  /** report.md */
  report: string | undefined;
  /** The end of logs.txt. */
  log: string | undefined;
  /** patch.diff */
  patch: Buffer | undefined;
  /** Two changes of which one is to be chosen. */
  compared?: readonly Compared[] | undefined;
  /** Where the findings are, on the lines of a pull request. */
  reviewUrl?: string | undefined;
  /** How the findings stand beside those of earlier reviews, when there were any. */
  findings?: Publication["findings"];
}

/** The final comment, below GitHub's limit whatever the agent wrote. */
export function finalComment(ended: Ended, voice: Voice): string {
  const { spec, result, landing } = ended;
  const steps = fixed(checklist(itemsOfResult(spec, result)));
  const answered = result.status === "success" && landing.kind === "none";
  // In a review thread the request stands right above, and the commit below says the rest.
  const inThread = spec.target.kind === "review_thread";
  const brief = inThread && landing.kind === "commit";
  const parts: Part[] = [
    fixed(`### ${title(ended)}${result.steps.some((step) => step.simulated) ? " (simulated)" : ""}`),
    fixed(inThread ? "" : goalQuote(spec, voice)),
    ...(result.status === "success" ? landingParts(ended, voice) : unhappyParts(ended, voice)),
    // Where the checklist stood while the job ran; an answer, though, comes first.
    ...(answered || brief ? [] : [steps]),
    fixed(simulatedNote(result)),
    { rank: 3, maxChars: reportRoom(landing, brief), render: reportIn(ended, voice) },
    { rank: 2, maxChars: 12_000, render: (max) => diffIn(ended, max, voice) },
    ...(isOpenChoice(result) ? comparedDiffs(ended.compared ?? [], voice) : []),
    ...(answered ? [steps] : []),
    fixed(warningsNote(result, voice)),
    fixed(smallPrint(spec, result, voice)),
  ];
  const marker = jobMarker(spec.job_id);
  // Masked once more as a whole: putting parts together must not complete a secret.
  return `${marker}\n${voice.mask(assemble(parts, maxCommentChars - marker.length - 1))}`;
}

function title(ended: Ended): string {
  const { spec, result, landing } = ended;
  if (isOpenChoice(result)) return choiceTitle(result);
  if (result.status !== "success") return endedTitle(result);
  switch (landing.kind) {
    case "pull_request":
      return `✅ Pull request #${landing.number} is ready for review`;
    case "branch":
      return `✅ The branch ${codeSpan(landing.branch)} is ready`;
    case "commit": {
      const commit = `[${landing.sha.slice(0, 7)}](${landing.url})`;
      return landing.pullRequest === undefined
        ? `✅ Pushed ${commit} to ${codeSpan(landing.branch)}`
        : `✅ Pull request #${landing.pullRequest} is updated by ${commit}`;
    }
    case "withheld":
      return landing.why === "dry_run"
        ? "🧪 Dry run: nothing was pushed"
        : "✅ Done, but a fork's branch can't be pushed to";
    case "refused":
      return `⚠️ Done, but not published: ${failureOf(landing.code).words}`;
    case "none":
      if (spec.steps.some((step) => !isReadOnly(step.role))) return "✅ Done: nothing had to be changed";
      if (spec.steps.every((step) => step.role === "reviewer")) return "🔎 Review";
      return spec.steps.some((step) => step.role === "answerer") ? "💬 Answer" : "📋 Plan";
  }
}

/** Where the findings are, and what became of earlier ones. */
function reviewLine(url: string | undefined, findings: Ended["findings"]): string {
  const where = url === undefined ? [] : [`The findings are on the lines: [the review](${url})`];
  if (!findings) return where.join("");
  const { fresh, open, fixed } = findings;
  const counts = [
    fresh === 0 ? "nothing new" : `${fresh} new`,
    ...(open > 0 ? [`${open} from before still open`] : []),
    ...(fixed > 0 ? [`${fixed} resolved`] : []),
  ];
  return [...where, counts.join(", ")].join(" · ");
}

function landingParts({ spec, landing, patch, reviewUrl, findings }: Ended, voice: Voice): Part[] {
  const statistics = patch === undefined ? "" : `**${statisticsLine(diffStatistics(patch))}**`;
  const where = voice.whereIs(spec.job_id, "patch.diff");
  switch (landing.kind) {
    case "none":
      return [fixed(reviewLine(reviewUrl, findings))];
    case "pull_request":
      return [fixed(statistics)];
    case "branch":
      return [
        fixed(`${statistics}${statistics === "" ? "" : " · "}[open a pull request](${landing.compareUrl})`),
      ];
    case "commit":
      return [fixed(statistics), fixed(landing.isMoved ? movedNote : "")];
    case "withheld":
      return [fixed(`${statistics}${statistics === "" ? "" : " · "}the patch: ${where}`)];
    case "refused": {
      const lines = [`**Why:** ${plainLine(voice.mask(landing.message), 600)}`];
      if (landing.pushed) {
        const { branch, compareUrl } = landing.pushed;
        lines.push(
          `**Where it is:** the branch ${codeSpan(branch)}, [open the pull request by hand](${compareUrl})`,
        );
      } else {
        lines.push(`**Where it is:** ${where}; ${applyHint(spec)}`);
      }
      lines.push(`**Next:** ${failureOf(landing.code).next}`);
      return [fixed(lines.join("\\\n")), fixed(statistics)];
    }
  }
}

const movedNote =
  "The branch had moved since the job began. The change was put on top of it and is what it was; whether both go together was not tried.";

function unhappyParts({ spec, result, landing, log, compared, report }: Ended, voice: Voice): Part[] {
  const held = heldPatch(result);
  const notReleased =
    landing.kind === "refused" ? `**Not published:** ${plainLine(voice.mask(landing.message), 600)}` : "";
  if (isOpenChoice(result)) {
    return [fixed(notReleased), ...comparedParts({ result, compared: compared ?? [], report }, voice)];
  }
  return [
    fixed(heldFindings(result, voice)),
    fixed(notReleased),
    fixed(held ? releaseHint(held, voice) : whatNext(result, voice)),
    fixed(
      result.patch && held
        ? `**The patch:** ${voice.whereIs(spec.job_id, "patch.diff")}; ${applyHint(spec)}`
        : "",
    ),
    {
      rank: 1,
      maxChars: 8000,
      render: (max) =>
        result.status === "failed" || result.status === "timeout" || result.status === "retryable"
          ? logEnd(log, max, voice)
          : "",
    },
  ];
}

function applyHint(spec: GitHubJob): string {
  return `on \`${spec.base.sha.slice(0, 12)}\` it applies with \`git apply --index patch.diff\``;
}

function diffIn({ result, landing, patch }: Ended, maxChars: number, voice: Voice): string {
  const unpublished = landing.kind === "withheld" || (landing.kind === "refused" && !landing.pushed);
  const held = result.status === "needs_human";
  if (patch === undefined || !(unpublished || held) || !mayShowPatch(result, landing)) return "";
  return shownDiff(patch, maxChars, voice);
}

function reportRoom({ kind }: Landing, brief: boolean): number {
  if (brief) return 1500;
  return kind === "pull_request" ? 12_000 : 30_000;
}

function reportIn({ spec, report, landing, reviewUrl }: Ended, voice: Voice): (maxChars: number) => string {
  return (maxChars) => {
    if (report === undefined || report.trim() === "") return "";
    const whole =
      landing.kind === "pull_request"
        ? `pull request #${landing.number}`
        : voice.whereIs(spec.job_id, "report.md");
    const hint = `\n\n*Shortened; the whole report: ${whole}*`;
    const fitted = fitMarkdown(report, maxChars - hint.length - endOfList.length, voice);
    if (fitted.text === "") return "";
    // What it found stands on the lines; the rest is there for whoever wants it.
    if (reviewUrl !== undefined && landing.kind === "none") {
      return `<details><summary>The report</summary>\n\n${fitted.text}${fitted.cut ? hint : ""}\n\n</details>`;
    }
    return `${/^\s/.test(fitted.text) ? endOfList : ""}${fitted.text}${fitted.cut ? hint : ""}`;
  };
}
