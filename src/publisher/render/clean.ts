// An agent's Markdown, made harmless: it renders, but it can't ping, hide, track, imitate the bot or break out.
//
// Each round reads the text as Markdown and defuses what it finds outside of code; defusing can change what is
// code (an HTML block may have hidden a fence), so rounds go on until nothing changes. What doesn't settle is
// shown as plain code.
import { defuseDoubtful, defuseText } from "./defuse.ts";
import { fenced, readable } from "./fence.ts";
import { openFence, regionsOf } from "./regions.ts";
import { isTangled } from "./tangled.ts";
import type { Voice } from "./voice.ts";

const maxInputChars = 100_000;
const maxRounds = 20;

/**
 * Markdown for a comment from text that nobody vouches for. Secrets are masked; mentions of people and teams are
 * kept from notifying; comments and HTML are taken out or escaped, balanced `<details>` blocks stay; pictures from
 * foreign hosts become links; lines that would be a command become code; open fences are closed.
 */
export function cleanMarkdown(text: string, voice: Pick<Voice, "mask" | "imageHosts">): string {
  let current = readable(voice.mask(text).slice(0, maxInputChars)).replaceAll(
    /<!--\s*patchbay\s*:/gi,
    "<!-- not-patchbay:",
  );
  if (isTangled(current)) return fenced(current);
  for (let round = 0; round < maxRounds; round++) {
    const next = trimmed(defuse(current, voice.imageHosts));
    if (next === current) {
      const fence = openFence(current);
      return fence === undefined ? current : `${current}\n${fence}`;
    }
    current = next;
  }
  return fenced(current);
}

/** Without empty lines at either end; the first line's indentation says what it is. */
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
}

function defuse(text: string, imageHosts: readonly string[]): string {
  const out: string[] = [];
  let at = 0;
  for (const region of regionsOf(text)) {
    const source = text.slice(region.start, region.end);
    out.push(defuseText(text.slice(at, region.start), imageHosts));
    if (region.kind === "unsure") out.push(defuseDoubtful(source));
    else if (region.kind === "definition") out.push(`\\${source}`);
    else out.push(source);
    at = region.end;
  }
  out.push(defuseText(text.slice(at), imageHosts));
  return out.join("");
}
