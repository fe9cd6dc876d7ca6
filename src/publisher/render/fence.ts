// Text shown exactly as it is: fenced blocks and code spans that their content can't close.
// https://spec.commonmark.org/0.31.2/#fenced-code-blocks and #code-spans

/** A fenced block around `text`; the fence is longer than any run of backticks inside. */
export function fenced(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`;
}

/** One line of `text` as a code span; nothing in it is Markdown, a mention or a link. */
export function codeSpan(text: string): string {
  const content = oneLine(text);
  if (content === "") return "";
  const ticks = "`".repeat(longestRun(content) + 1);
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  // A pipe would end the cell if this stood in a table; in a span of its own it is harmless.
  return `${ticks}${pad}${content}${pad}${ticks}`;
}

/** The text with every run of white space, line breaks too, as one space, and without control characters. */
export function oneLine(text: string): string {
  return readable(text).replaceAll(/\s+/g, " ").trim();
}

/** At most `max` characters, ending in an ellipsis when something was left out; no character is split. */
export function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${whole(text.slice(0, max - 1)).trimEnd()}…`;
}

/** Without the half of a character that a cut may have left at the end. */
export function whole(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

/**
 * Line ends as LF; terminal colours, control characters and the invisible characters that reorder or hide text
 * (bidirectional controls, tags) taken out; broken characters replaced.
 */
export function readable(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/\r\n?|[\u2028\u2029]/g, "\n")
      // oxlint-disable-next-line no-control-regex -- these are what is taken out
      .replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, "")
      .replaceAll(/[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
      .replaceAll(/[\u{e0000}-\u{e007f}]/gu, "")
  );
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
