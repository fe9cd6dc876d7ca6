// What the page docs/benchmarks.md says and shows, one part for each section.
import type { ClaimResult } from "./claim.ts";
import { barChart } from "./chart.ts";
import type { EnqueueResult } from "./enqueue.ts";
import { table, times, whole } from "./table.ts";

export interface Part {
  text: string;
  /** Its picture: the file's name and content. */
  picture?: { name: string; svg: string; alt: string };
}

export function enqueuePart({ levels, missing }: EnqueueResult): Part {
  const names = levels[0]?.standings.map(({ name }) => name) ?? [];
  const rows = names.map((name) => [
    name,
    ...levels.map(({ standings }) => {
      const standing = standings.find((each) => each.name === name);
      return standing ? `${whole(standing.perSecond)} (${times(standing.ratio)})` : "";
    }),
  ]);
  const lines = [
    "## Durable enqueues per second",
    "A body of 2 KB, durable when the call returns. In parentheses: of the bare loop in the same round, the limit of " +
      "what one file for each ticket can reach.",
    table(["", ...levels.map(({ atOnce }) => `${atOnce} at once`)], rows),
    ...missing.map((reason) => `**Left out:** ${reason}.`),
  ];
  const title = "Durable enqueues per second, of the bare loop's in the same round";
  const svg = barChart({
    title,
    groups: levels.map(({ atOnce, standings }) => ({
      label: `${atOnce} at once`,
      bars: standings.map(({ name, ratio }) => ({ name, value: ratio, text: times(ratio) })),
    })),
  });
  return { text: lines.join("\n\n"), picture: { name: "queue-enqueue.svg", svg, alt: title } };
}

export function claimPart(results: readonly ClaimResult[]): Part {
  const rows = results.map(({ backlog, medianMs, p99Ms, ratio }) => [
    whole(backlog),
    medianMs.toFixed(2),
    p99Ms.toFixed(2),
    times(ratio),
  ]);
  const title = "A claim and its completion, of the time at the shortest backlog in the same round";
  const lines = [
    "## Claim and complete",
    "One at a time, both durable, while so many tickets wait. The backlogs were written in bulk without a sync, as the " +
      "very files that enqueueing makes.",
    table(["pending tickets", "median ms", "p99 ms", "of the shortest"], rows),
  ];
  const bars = results.map(({ backlog, ratio }) => ({
    name: `${whole(backlog)} pending`,
    value: ratio,
    text: times(ratio),
  }));
  const svg = barChart({ title, groups: [{ label: "", bars }] });
  return { text: lines.join("\n\n"), picture: { name: "queue-claim.svg", svg, alt: title } };
}
