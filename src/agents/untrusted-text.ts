// Other people's text on its way into a prompt: cleaned of what can't be seen, fenced, and named by its source.
import { createHash } from "node:crypto";
import { stripHiddenMarkup } from "./hidden-markup.ts";
import { stripInvisible } from "./invisible.ts";

/** What a person sees of a Markdown text on GitHub. Idempotent. */
export function visibleText(markdown: string): string {
  let text = markdown;
  // Removing can bring new hidden text together; a few passes settle all but text that was made to defeat them.
  for (let pass = 0; pass < 6; pass++) {
    const next = stripHiddenMarkup(stripInvisible(text))
      .replaceAll(/[ \t]+$/gm, "")
      .replaceAll(/\n{3,}/g, "\n\n")
      .trim();
    if (next === text) return text;
    text = next;
  }
  // What still changes then is no honest text.
  return stripInvisible(text.replaceAll(/[<>[\]]/g, " ")).trim();
}

/**
 * Puts the text between two lines that it can't contain. The mark is derived from source and text, so the same prompt
 * comes out each time, and is checked against the text, so nothing in it can end the fence.
 */
export function fence(source: string, text: string): string {
  const name = stripInvisible(source)
    .replaceAll(/[\s<>]+/g, " ")
    .trim()
    .slice(0, 200);
  const mark = markFor(name, text);
  return `<<<DATA ${mark}: ${name}>>>\n${text}\n<<<END ${mark}>>>`;
}

function markFor(name: string, text: string): string {
  for (let round = 0; ; round++) {
    const mark = createHash("sha256").update(`${round}\0${name}\0${text}`).digest("hex").slice(0, 16);
    if (!text.includes(mark)) return mark;
  }
}
