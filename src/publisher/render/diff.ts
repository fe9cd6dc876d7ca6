// A patch for people: its statistics, and as much of its text as there is room for.
import { fenced, readable, whole } from "./fence.ts";
import { counted } from "./quantities.ts";
import type { Voice } from "./voice.ts";

export interface DiffStatistics {
  files: number;
  added: number;
  removed: number;
}

/**
 * Counts a patch in git's format. Hunks are read by the lengths in their headers, so that a changed line which
 * looks like a header is counted as what it is.
 */
export function diffStatistics(patch: Buffer): DiffStatistics {
  const counts = { files: 0, added: 0, removed: 0 };
  let before = 0;
  let after = 0;
  for (let start = 0; start < patch.length;) {
    const newline = patch.indexOf(0x0a, start);
    const end = newline === -1 ? patch.length : newline;
    const text = patch.toString("latin1", start, Math.min(end, start + 100));
    start = end + 1;
    const kind = text.charAt(0);
    if (before > 0 || after > 0) {
      if (kind === "+") counts.added++;
      if (kind === "-") counts.removed++;
      if (kind === "+" || kind === " " || kind === "") after--;
      if (kind === "-" || kind === " " || kind === "") before--;
    } else if (text.startsWith("diff --git ")) {
      counts.files++;
    } else {
      const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(text);
      before = Number(header?.[1] ?? (header ? 1 : 0));
      after = Number(header?.[2] ?? (header ? 1 : 0));
    }
  }
  return counts;
}

/** 3 files changed, +10 −2. */
export function statisticsLine({ files, added, removed }: DiffStatistics): string {
  return `${counted(files, "file")} changed, +${added} −${removed}`;
}

/** Much more than is ever shown, and little enough to be masked at once. */
const maxShownBytes = 1024 * 1024;

/** A folded, highlighted diff of at most `maxChars`; empty when that is too little to show anything. */
export function shownDiff(
  patch: Buffer,
  maxChars: number,
  voice: Pick<Voice, "mask">,
  name = "diff",
): string {
  const beginning = patch.toString("utf8", 0, maxShownBytes);
  const masked = defang(readable(voice.mask(withoutBinaries(beginning))));
  const frame = 200;
  if (maxChars < frame * 2) return "";
  let room = Math.min(masked.length, maxChars - frame);
  for (;;) {
    const cut = room < masked.length || patch.length > maxShownBytes;
    const text = cut ? whole(masked.slice(0, room)).replace(/\n[^\n]*$/, "") : masked;
    const title = cut ? `The beginning of the ${name}` : `The ${name}`;
    const block = `<details>\n<summary>${title}</summary>\n\n${fenced(text, "diff")}\n\n</details>`;
    if (block.length <= maxChars) return block;
    room = Math.floor(Math.min(room, text.length) * 0.8);
  }
}

/** The data of binary files, which nobody reads, as one line. */
function withoutBinaries(patch: string): string {
  return patch.replaceAll(
    /^GIT binary patch\n(?:(?:literal|delta) \d+\n(?:[A-Za-z][^\n]+\n)*\n?)+/gm,
    "(binary file)\n",
  );
}

/** In code a mark of ours does nothing, but nobody should find one of a text that isn't ours. */
function defang(text: string): string {
  return text.replaceAll(/<!--\s*patchbay\s*:/gi, "<!-- not-patchbay:");
}
