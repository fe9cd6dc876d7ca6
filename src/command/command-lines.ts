// The lines of a comment that begin a command, each with the lines that belong to it.
import { beginsTable, createBlockReader, withoutTabs } from "./markdown-blocks.ts";
import { visibleStarts } from "./markdown-inline.ts";
import { withoutHidden } from "./hidden-characters.ts";

export interface CommandLines {
  /** What follows the trigger on its line. */
  rest: string;
  /** The lines after it, up to the next command or the comment's end. */
  details: string;
  /** All of it exactly as it was written. */
  source: string;
}

/** HTML elements that quote, fold away or tabulate: a command inside of one is no request. */
const foldingTag = /<(\/?)(?:blockquote|details|dl|ol|table|template|ul)\b[^>]*>/gi;

/** The commands in a comment, in their order. `trigger` is compared without case. */
export function findCommandLines(body: string, trigger: string): CommandLines[] {
  const written = body.split(/\r\n|\r|\n/);
  const lines = written.map(withoutHidden);
  const pattern = new RegExp(`^ {0,3}${RegExp.escape(trigger)}(?:[:,]?(?=\\s)|[:,]?$)`, "iu");
  if (!lines.some((line) => pattern.test(line))) return [];

  const starts = textLines(lines).filter((index) => pattern.test(lines[index] ?? ""));
  return starts.map((start, ordinal) => {
    const end = starts[ordinal + 1] ?? lines.length;
    return {
      rest: (lines[start] ?? "").replace(pattern, "").trim(),
      details: lines
        .slice(start + 1, end)
        .join("\n")
        .trimEnd(),
      source: written.slice(start, end).join("\n").trim(),
    };
  });
}

/** The indexes of the lines that begin as text which everybody sees at the comment's top level. */
function textLines(lines: readonly string[]): number[] {
  const reader = createBlockReader();
  const found: number[] = [];
  let paragraph: number[] = [];
  let folds = 0;

  function endParagraph(): void {
    const visible = visibleStarts(paragraph.map((index) => lines[index] ?? ""));
    found.push(...paragraph.filter((_, position) => visible[position]));
    paragraph = [];
  }

  for (const [index, line] of lines.entries()) {
    const spaced = withoutTabs(line);
    if (reader.read(spaced)) {
      if (folds === 0) paragraph.push(index);
      continue;
    }
    if (beginsTable(spaced)) paragraph.pop();
    endParagraph();
    if (!/^ {0,3}</.test(line)) continue;
    for (const [, slash] of line.replaceAll(/<!--.*?-->/g, "").matchAll(foldingTag)) {
      folds = Math.max(0, folds + (slash === "/" ? -1 : 1));
    }
  }
  endParagraph();
  return found;
}
