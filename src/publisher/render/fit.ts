// Markdown made to fit: cut between blocks, with nothing left open.
import { cleanMarkdown } from "./clean.ts";
import { whole } from "./fence.ts";
import { blockEnds, openFence, openFolds } from "./regions.ts";
import type { Voice } from "./voice.ts";

/** GitHub takes 65,536 characters; what it adds when it counts is not documented, so stay below. */
export const maxCommentChars = 65_000;

export interface Fitted {
  text: string;
  /** Whether something was left out. */
  cut: boolean;
}

/** Clean Markdown of at most `maxChars` characters from an agent's text. */
export function fitMarkdown(
  text: string,
  maxChars: number,
  voice: Pick<Voice, "mask" | "imageHosts">,
): Fitted {
  // What can't be shown anyway isn't read: comments and colours that go leave room for a third more.
  const bound = Math.ceil(maxChars * 1.34) + 1000;
  // Masked before it is cut, so that no half of a secret stays.
  const masked = voice.mask(text);
  const clean = cleanMarkdown(masked.slice(0, bound), voice);
  if (clean.length <= maxChars) return { text: clean, cut: masked.length > bound };
  for (let limit = maxChars; limit > 100; limit = Math.floor(limit * 0.8)) {
    // Cleaned again, since a cut can open what was closed: a code span that hid a mention, say.
    const shorter = cleanMarkdown(closeOpen(cutAtBlock(clean, limit)), voice);
    if (shorter.length <= maxChars) return { text: shorter, cut: true };
  }
  return { text: "", cut: true };
}

/** The end of the last block that fits; of a line in it when that would throw away more than half. */
function cutAtBlock(text: string, maxChars: number): string {
  const block = blockEnds(text).findLast((end) => end <= maxChars) ?? 0;
  if (block > maxChars / 2) return text.slice(0, block);
  const newline = text.lastIndexOf("\n", maxChars);
  if (newline > maxChars / 2) return text.slice(0, newline);
  const space = text.lastIndexOf(" ", maxChars);
  return whole(text.slice(0, space > maxChars / 2 ? space : maxChars));
}

function closeOpen(text: string): string {
  const fence = openFence(text);
  const closed = fence === undefined ? text : `${text}\n${fence}`;
  return `${closed}${"\n\n</details>".repeat(openFolds(closed))}`;
}
