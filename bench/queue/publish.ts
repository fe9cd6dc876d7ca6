// Writes the queue's section of docs/benchmarks.md and its pictures.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSection } from "../page/write-section.ts";
import type { Part } from "./report.ts";

const docs = join(import.meta.dirname, "../../docs");

export function publish(
  parts: readonly Part[],
  facts: { machine: string; command: string; seconds: number; loads: number[] },
): void {
  const text = [
    "## The queue",
    `Made by \`${facts.command}\` in ${Math.round(facts.seconds)} s on a machine with ${facts.machine}. ` +
      `Its load average was ${facts.loads.map((load) => load.toFixed(1)).join(" before and ")} after. It is a virtual ` +
      "machine that others may work on at the same time, so the absolute figures are worth little. What counts are the " +
      "ratios, each within this one run: all contestants take turns in short rounds, and each figure is the median of " +
      "its rounds.",
    ...parts.flatMap(({ text: own, picture }) =>
      picture ? [own, `![${picture.alt}](pictures/${picture.name})`] : [own],
    ),
  ];
  writeSection("queue", text.join("\n\n"));
  for (const { picture } of parts) {
    if (picture) writeFileSync(join(docs, "pictures", picture.name), picture.svg);
  }
}
