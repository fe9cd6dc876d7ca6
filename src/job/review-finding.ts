// What a reviewer found, as data: the block that it is asked for in its report, read with patience. Pure.
import { z } from "zod";

const maxFindings = 50;
const maxBlockChars = 200_000;

/** Names that models use for the same three things. */
const severities: Record<string, "error" | "warning" | "note"> = {
  error: "error",
  blocker: "error",
  critical: "error",
  major: "error",
  high: "error",
  warning: "warning",
  minor: "warning",
  medium: "warning",
};

const LineNumber = z.coerce.number().int().min(1).max(10_000_000);

/** A path inside of the repository, as git names it. */
const RepositoryPath = z
  .string()
  .min(1)
  .max(1024)
  .transform((path) => path.replace(/^(?:\.\/)+/, ""))
  .refine((path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."), "leads outside")
  .refine((path) => !/\p{Cc}/u.test(path), "holds a control character");

/** The gravest first. */
export const Severity = z.enum(["error", "warning", "note"]);

export const ReviewFinding = z.strictObject({
  /** Inside of the repository, as git names it. */
  path: z.string(),
  /** The last line it is about, in the file as it is after the change. */
  line: z.int().positive(),
  /** The first line, when it is about several. */
  start_line: z.int().positive().optional(),
  severity: Severity,
  text: z.string(),
  /** What is to stand in place of these lines; empty takes them away. */
  suggestion: z.string().optional(),
});
export type ReviewFinding = z.infer<typeof ReviewFinding>;

/** A finding as a model writes it: close to what it was asked for. */
const WrittenFinding = z
  .object({
    path: RepositoryPath,
    line: LineNumber,
    start_line: LineNumber.nullish(),
    severity: z
      .string()
      .catch("note")
      .transform((said) => severities[said.toLowerCase()] ?? "note"),
    text: z
      .string()
      .trim()
      .min(1)
      .transform((text) => text.slice(0, 4000).toWellFormed()),
    suggestion: z.string().max(8000).nullish(),
  })
  .transform(({ start_line, suggestion, ...rest }): ReviewFinding => ({
    ...rest,
    ...(start_line && start_line < rest.line ? { start_line } : {}),
    ...(suggestion === undefined || suggestion === null ? {} : { suggestion }),
  }));

/** findings.json of a review step. */
export const ReviewFindings = z.strictObject({
  schema_version: z.literal("2.0"),
  findings: z.array(ReviewFinding).max(maxFindings),
  /** Entries that could not be read, or were too many. */
  dropped: z.int().nonnegative(),
});
export type ReviewFindings = z.infer<typeof ReviewFindings>;

interface Block {
  start: number;
  end: number;
  content: string;
}

export interface ReadReview extends ReviewFindings {
  /** The report with the block replaced by a list that people can read. */
  report: string;
}

/**
 * Reads the findings out of a report: a block fenced as `findings`, else a fenced or bare JSON array that fits.
 * What can't be read is counted and never thrown.
 */
export function readReview(report: string): ReadReview {
  const blocks = fencedBlocks(report);
  const named = blocks.filter(({ info }) => info === "findings");
  if (named.length > 0) {
    const read = named.map((block) => entriesOf(block.content));
    return combine(report, named, read.flat());
  }
  for (const block of [...blocks.filter(({ info }) => info === "json"), ...bareArray(report)]) {
    const entries = entriesOf(block.content);
    if (entries.some((entry) => WrittenFinding.safeParse(entry).success))
      return combine(report, [block], entries);
  }
  return { schema_version: "2.0", findings: [], dropped: 0, report };
}

function combine(report: string, blocks: readonly Block[], entries: readonly unknown[]): ReadReview {
  const read = entries.flatMap((entry) => WrittenFinding.safeParse(entry).data ?? []);
  const findings = read.slice(0, maxFindings);
  let text = report;
  for (const [at, { start, end }] of [...blocks.entries()].toReversed()) {
    text = `${text.slice(0, start)}${at === 0 ? findingsList(findings) : ""}${text.slice(end)}`;
  }
  return { schema_version: "2.0", findings, dropped: entries.length - findings.length, report: text };
}

/** A list in Markdown; the texts are as the agent wrote them and are cleaned where the report is shown. */
function findingsList(findings: readonly ReviewFinding[]): string {
  return findings
    .map(({ severity, path, line, text }) => {
      const place = `${path}:${line}`.replaceAll("`", "'");
      return `- **${severity}** \`${place}\` ${text.replaceAll(/\s+/g, " ")}`;
    })
    .join("\n");
}

/** The entries of a JSON array, or of an object with `findings`; something else is one entry that can't be read. */
function entriesOf(content: string): unknown[] {
  if (content.trim() === "") return [];
  if (content.length > maxBlockChars) return [undefined];
  try {
    const value: unknown = JSON.parse(content);
    if (Array.isArray(value)) return value;
    const wrapped = z.object({ findings: z.array(z.unknown()) }).safeParse(value);
    return wrapped.success ? wrapped.data.findings : [undefined];
  } catch {
    return [undefined];
  }
}

/** Blocks fenced by backticks, with their offsets in the text; one that stays open ends with the text. */
function fencedBlocks(text: string): (Block & { info: string })[] {
  const found: (Block & { info: string })[] = [];
  let open: { ticks: number; info: string; start: number; inner: number } | undefined;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const next = newline === -1 ? text.length : newline + 1;
    const [, ticks = "", info = ""] =
      /^ {0,3}(`{3,})[ \t]*([^`\r\n]*)\r?\n?$/.exec(text.slice(at, next)) ?? [];
    if (open && ticks.length >= open.ticks && info.trim() === "") {
      const end = text.endsWith("\n", next) && next > at ? next - 1 : next;
      found.push({ info: open.info, start: open.start, end, content: text.slice(open.inner, at) });
      open = undefined;
    } else if (!open && ticks !== "") {
      open = { ticks: ticks.length, info: info.trim().toLowerCase(), start: at, inner: next };
    }
    at = next;
  }
  if (open) {
    const { info, start, inner } = open;
    found.push({ info, start, end: text.length, content: text.slice(inner) });
  }
  return found;
}

/** From the first line that opens an array of objects to the last bracket. */
function bareArray(text: string): Block[] {
  const start = text.search(/^[ \t]*\[\s*\{/m);
  const end = text.lastIndexOf("]") + 1;
  return start === -1 || end <= start ? [] : [{ start, end, content: text.slice(start, end) }];
}
