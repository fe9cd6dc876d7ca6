// A person's words as one line of Markdown that renders as those words and does nothing.
import { oneLine, shorten } from "./fence.ts";

/** Invisible; between "@" and a name it keeps GitHub from notifying anybody. */
export const gap = "\u200b";

/**
 * `text` on one line, at most about `max` characters, with Markdown and HTML escaped and nobody mentioned.
 * https://spec.commonmark.org/0.31.2/#backslash-escapes
 */
export function plainLine(text: string, max: number): string {
  const line = shorten(oneLine(text), max)
    .replaceAll(/[\\`*_[\]<>|~$&!]/g, String.raw`\$&`)
    .replaceAll(/@(?=[A-Za-z0-9])/g, `@${gap}`);
  // What would open a block at the start of a line.
  return line.replace(/^(?=[#+\-=/>:])/, "\\").replace(/^(\d{1,9})(?=[.)])/, "$1\\");
}
