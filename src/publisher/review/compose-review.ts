// Findings as one review: comments on lines that the diff shows, the rest in the body. Pure.
import type { ReviewFinding } from "../../job/review-finding.ts";
import { cleanMarkdown } from "../render/clean.ts";
import { codeSpan, fenced, readable } from "../render/fence.ts";
import { plainLine } from "../render/plain.ts";
import { counted } from "../render/quantities.ts";
import type { Voice } from "../render/voice.ts";
import type { Hunk } from "./commentable-lines.ts";

interface InlineComment {
  path: string;
  line: number;
  side: "RIGHT";
  start_line?: number;
  start_side?: "RIGHT";
  body: string;
}

export interface ComposedReview {
  /** It begins with the mark of the job's review. */
  body: string;
  comments: InlineComment[];
}

const maxInline = 30;
const maxBodyChars = 60_000;
const maxTextChars = 2000;
const maxSuggestionLines = 60;

const looks = { error: "🛑 Error", warning: "⚠️ Warning", note: "💡 Note" };
const ranks = { error: 0, warning: 1, note: 2 };

export function reviewMarker(jobId: string): string {
  return `<!-- patchbay:review:${jobId} -->`;
}

/**
 * The review of these findings, the gravest first. `lines` are those on which GitHub takes comments; without any
 * everything is told in the body.
 */
export function composeReview(
  input: {
    jobId: string;
    findings: readonly ReviewFinding[];
    /** Of earlier reviews: how many findings wait, and how many are fixed now. */
    counts?: { open: number; fixed: number };
    lines: ReadonlyMap<string, readonly Hunk[]>;
    /** Files that a click must not change. */
    isProtected?: (path: string) => boolean;
  },
  voice: Voice,
): ComposedReview {
  const all = unique(input.findings).toSorted((one, other) => ranks[one.severity] - ranks[other.severity]);
  const { isProtected = () => false } = input;
  const inline: InlineComment[] = [];
  const told: string[] = [];
  for (const finding of all) {
    const place = placeOf(finding, input.lines);
    if (place && inline.length < maxInline) {
      const { path } = finding;
      inline.push({
        path,
        ...place,
        body: masked(inlineBody(finding, { place, isProtected }, voice), voice),
      });
    } else told.push(itemOf(finding, voice));
  }
  const found = counted(all.length, "finding");
  const onLines = told.length === 0 ? found : `${found}, ${inline.length} on lines of the change`;
  const { open = 0, fixed = 0 } = input.counts ?? {};
  const title = [
    "**Review by Patchbay**",
    onLines,
    ...(open > 0 ? [`${open} from before still open`] : []),
    ...(fixed > 0 ? [`${fixed} resolved`] : []),
  ].join(" · ");
  const advice = "<sub>An agent wrote this. Check a suggestion before you commit it.</sub>";
  const rest: string[] = [];
  let room = maxBodyChars;
  for (const item of told) {
    room -= item.length + 1;
    if (room < 0) break;
    rest.push(item);
  }
  const left = told.length - rest.length;
  if (left > 0) rest.push(`- and ${left} more in the report`);
  const elsewhere = rest.length === 0 ? "" : `**Elsewhere**\n\n${rest.join("\n")}`;
  const text = [title, elsewhere, advice].filter((part) => part !== "").join("\n\n");
  return { body: `${reviewMarker(input.jobId)}\n${masked(text, voice)}`, comments: inline };
}

/** Masked once more as a whole: putting parts together must not complete a secret. */
function masked(text: string, voice: Voice): string {
  return voice.mask(text);
}

function unique(findings: readonly ReviewFinding[]): ReviewFinding[] {
  const seen = new Map<string, ReviewFinding>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.path, finding.line, finding.text]);
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

type InlinePlace = Pick<InlineComment, "line" | "side" | "start_line" | "start_side">;

/** Where GitHub shows it; undefined where it would refuse. Several lines have to stand in one hunk. */
function placeOf(
  { path, line, start_line: start }: ReviewFinding,
  lines: ReadonlyMap<string, readonly Hunk[]>,
): InlinePlace | undefined {
  const hunk = lines.get(path)?.find(({ first, last }) => line >= first && line <= last);
  if (!hunk) return undefined;
  if (start === undefined || start >= line || start < hunk.first) return { line, side: "RIGHT" };
  return { start_line: start, start_side: "RIGHT", line, side: "RIGHT" };
}

function inlineBody(
  finding: ReviewFinding,
  { place, isProtected }: { place: InlinePlace; isProtected: (path: string) => boolean },
  voice: Voice,
): string {
  const text = withoutSuggestions(cleanMarkdown(finding.text.slice(0, maxTextChars), voice));
  // It replaces the very lines that it was written for, or it isn't offered.
  const fits = (finding.start_line ?? finding.line) === (place.start_line ?? place.line);
  const suggestion = fits ? suggestionBlock(finding, isProtected(finding.path), voice) : "";
  return [`**${looks[finding.severity]}**`, text, suggestion].filter((part) => part !== "").join("\n\n");
}

/** Only our own block may be committed by a click. */
function withoutSuggestions(markdown: string): string {
  return markdown.replaceAll(/((?:`{3,}|~{3,})[ \t]*)suggestion/gi, "$1text");
}

/**
 * GitHub's block that replaces the commented lines. None for text with a secret, with characters that people don't
 * see, or with a mark like ours: it must be committed as it was read, or not at all. For a file whose change is held for
 * a person it is only shown: a click would go past the gate.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/incorporating-feedback-in-your-pull-request
 */
function suggestionBlock(
  { suggestion }: Pick<ReviewFinding, "suggestion">,
  isOnlyShown: boolean,
  voice: Voice,
): string {
  if (suggestion === undefined) return "";
  const text = suggestion.replaceAll("\r\n", "\n").replace(/\n$/, "");
  const isSafe = voice.mask(text) === text && readable(text) === text && !/<!--\s*patchbay\s*:/i.test(text);
  if (!isSafe || text.split("\n").length > maxSuggestionLines) return "";
  if (!isOnlyShown) return fenced(text, "suggestion");
  return `Proposed, to be put in by hand since this file is protected:\n\n${fenced(text, "text")}`;
}

function itemOf({ severity, path, line, text }: ReviewFinding, voice: Voice): string {
  const place = codeSpan(voice.mask(`${path}:${line}`));
  return `- **${looks[severity]}** ${place} ${plainLine(voice.mask(text), 600)}`;
}
