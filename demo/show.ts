// The end of the demo on a terminal: the comment as text, the diff in colours.
import { bold, cyan, dim, green, red } from "./journey.ts";

const width = 78;
const maxDiffLines = 80;

/** A line across the terminal with a title in it. */
export function rule(title: string): string {
  return `\n${bold(`── ${title} ${"─".repeat(Math.max(0, width - title.length - 4))}`)}`;
}

/** Prints a comment's Markdown without what only a browser shows. */
export function printComment(markdown: string): void {
  console.log(rule("the comment"));
  const text = markdown
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/<summary>([\s\S]*?)<\/summary>/g, "▸ $1")
    .replaceAll(/<\/?[a-z][^>]*>/gi, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  for (const line of text.split("\n")) console.log(line.startsWith("#") ? bold(line) : line);
}

/** Prints a unified diff, the start of a long one. */
export function printDiff(diff: string, title: string): void {
  console.log(rule(title));
  const lines = diff.trimEnd().split("\n");
  for (const line of lines.slice(0, maxDiffLines)) {
    if (/^(?:diff|index|---|\+\+\+)/.test(line)) console.log(dim(line));
    else if (line.startsWith("@@")) console.log(cyan(line));
    else if (line.startsWith("+")) console.log(green(line));
    else if (line.startsWith("-")) console.log(red(line));
    else console.log(line);
  }
  if (lines.length > maxDiffLines) console.log(dim(`… ${lines.length - maxDiffLines} more lines`));
}
