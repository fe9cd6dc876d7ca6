// Times, money and counts as a person reads them.
import type { JobResult } from "../../job/result.ts";

/** 0.4 s, 12 s, 2 min 5 s, 1 h 3 min. */
export function duration(ms: number): string {
  if (ms < 950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 1 file, 3 files. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * What a job cost, in money and tokens. What nobody reported is called unknown, never 0; of what only some steps
 * reported it is said that it is the least.
 */
export function spending({ metrics, steps }: Pick<JobResult, "metrics" | "steps">): string {
  const { cost_usd: cost, tokens_in: read, tokens_out: written } = metrics;
  const isUnknown = (name: "cost_usd" | "tokens_in"): boolean =>
    steps.some((step) => !step.simulated && step.metrics[name] === null);
  if (cost === null && read === null && written === null) return "cost and tokens unknown";
  const money =
    cost === null
      ? "cost unknown"
      : isUnknown("cost_usd")
        ? `at least $${cost.toFixed(cost < 0.01 ? 4 : 2)}`
        : dollars(cost);
  if (read === null && written === null) return `${money} · tokens unknown`;
  const least = isUnknown("tokens_in") ? "at least " : "";
  return `${money} · ${least}${tokens(read)} tokens in, ${tokens(written)} out`;
}

function dollars(cost: number): string {
  return cost > 0 && cost < 0.01 ? "< $0.01" : `$${cost.toFixed(2)}`;
}

function tokens(count: number | null): string {
  if (count === null) return "unknown";
  if (count < 10_000) return count.toLocaleString("en-US");
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}
