// What the page docs/benchmarks.md says and shows, one part for each section.
import type { ClaimResult } from "./claim.ts";
import { barChart } from "./chart.ts";
import type { EnqueueResult } from "./enqueue.ts";
import type { IdleResult } from "./idle.ts";
import type { LatencyResult } from "./latency.ts";
import type { WebhookResult } from "./webhook.ts";
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
    "### Durable enqueues per second",
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
    "### Claim and complete",
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

export function latencyPart(results: readonly LatencyResult[]): Part {
  const title = "From an enqueue's begin to the claim by a waiting runner, median";
  const lines = [
    "### From enqueue to claim",
    "A runner that has nothing to do waits; the time is from the call of `enqueue` to the end of `claim`, so the ticket's " +
      "way to the disk is part of it. The first line is what that alone costs. One ticket at a time, 1,000 of each.",
    table(
      ["", "median ms", "p99 ms", "of the first"],
      results.map(({ name, medianMs, p99Ms, ratio }) => [
        name,
        medianMs.toFixed(2),
        p99Ms.toFixed(2),
        times(ratio),
      ]),
    ),
  ];
  const bars = results.map(({ name, medianMs }) => ({
    name,
    value: medianMs,
    text: `${medianMs.toFixed(2)} ms`,
  }));
  const svg = barChart({ title, groups: [{ label: "", bars }] });
  return { text: lines.join("\n\n"), picture: { name: "queue-latency.svg", svg, alt: title } };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

export function idlePart({ seconds, idle, starts }: IdleResult): Part {
  const lines = [
    "### Idle, start and memory",
    `A runner waits ${seconds} s in a process of its own and nothing happens. A wake-up is a thread's voluntary context ` +
      "switch; the sweep runs once a minute.",
    table(
      ["", "CPU ms", "wake-ups"],
      idle.map(({ name, cpuMs, wakeUps }) => [name, cpuMs.toFixed(1), whole(wakeUps)]),
    ),
    "Opening a queue, and what the process then holds more than before, after a garbage collection; medians of three.",
    table(
      ["queue", "opened in ms", "alive, MB", "resident, MB"],
      starts.map(({ name, openMs, usedBytes, residentBytes }) => [
        name,
        whole(openMs),
        megabytes(usedBytes),
        megabytes(residentBytes),
      ]),
    ),
  ];
  return { text: lines.join("\n\n") };
}

export function webhookPart({ bytes, connections, servers }: WebhookResult): Part {
  const title = "Answered deliveries per second, of Probot's middleware in the same round";
  const lines = [
    "### From webhook to a durable 202",
    `GitHub's recorded comment of ${(bytes / 1000).toFixed(1)} kB over ${connections} connections, each with one delivery ` +
      "at a time; the server and the load are two processes. Probot's own middleware verifies the signature and keeps " +
      "nothing; ours answers once the delivery is synced to the disk. The other lines show where the time goes: our route " +
      "with an inbox that forgets; with the bare loop, which is the least that a durable file costs; and both where the " +
      "disk costs nothing. The last column is the server's processor time, on cores that it shares with the load.",
    table(
      ["", "per second", "of Probot's", "median ms", "p99 ms", "of Probot's p99", "CPU µs each"],
      servers.map(({ name, perSecond, rateRatio, medianMs, p99Ms, p99Ratio, cpuUs }) => [
        name,
        whole(perSecond),
        times(rateRatio),
        medianMs.toFixed(1),
        p99Ms.toFixed(1),
        times(p99Ratio),
        whole(cpuUs),
      ]),
    ),
    "The target is 0.6 × of a middleware that keeps nothing. The line of the bare loop is what can be reached with a file " +
      "for each delivery, and files that an operator can read and move are what the queue is for.",
  ];
  const bars = servers.map(({ name, rateRatio }) => ({ name, value: rateRatio, text: times(rateRatio) }));
  const svg = barChart({ title, groups: [{ label: "", bars }] });
  return { text: lines.join("\n\n"), picture: { name: "queue-webhook.svg", svg, alt: title } };
}
