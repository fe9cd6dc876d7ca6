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
  const flat = withoutHidden(text.slice(0, max * 20).replaceAll(/\s+/g, " ")).trim();
  const short =
    flat.length <= max
      ? flat
      : `${flat
          .slice(0, max - 1)
          .toWellFormed()
          .replace(/\ufffd$/, "")}…`;
  return code((short === "" ? " " : short).replaceAll("@", `@${gap}`));
}

/** Words of our own or of the operator's configuration as Markdown code, also in a table's cell. */
export function code(text: string): string {
  // A pipe would end the cell, even inside of code.
  return `\`${text.replaceAll("`", "'").replaceAll("|", "¦")}\``;
}

/** One line of plain text from a repository's configuration, for a table's cell: nothing in it is Markdown or a mention. */
export function plainCell(text: string, max = 200): string {
  return withoutHidden(text.slice(0, max).replaceAll(/\s+/g, " "))
    .trim()
    .replaceAll(/[\\`*_[\]<>|~&!#]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll("@", `@${gap}`);
}
