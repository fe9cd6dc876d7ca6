// What a stranger wrote, repeated in an answer so that it is only looked at.
import { withoutHidden } from "./hidden-characters.ts";

/** Breaks up a name for whoever looks for mentions in raw text; a code span alone stops GitHub's notification. */
const gap = "\u200b";
const maxQuoted = 60;

/**
 * One line of `text` as Markdown code: no mention, no markup, nothing hidden, at most `max` characters. Never empty
 * and never at risk of being read as a command, since it begins with a backtick.
 */
export function quote(text: string, max: number = maxQuoted): string {
  const flat = withoutHidden(text.slice(0, max * 20).replaceAll(/\s+/g, " "))
    .replaceAll("`", "'")
    .trim();
  const short =
    flat.length <= max
      ? flat
      : `${flat
          .slice(0, max - 1)
          .toWellFormed()
          .replace(/\ufffd$/, "")}…`;
  // A pipe would end a table's cell, even inside code.
  return `\`${(short === "" ? " " : short).replaceAll("|", "¦").replaceAll("@", `@${gap}`)}\``;
}
