// Times, money and counts as a person reads them.
import type { JobState } from "../../job/job-state.ts";
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
 * What a job cost, in money and tokens. What nobody reported is called unknown, never 0; where only some steps reported
 * it, their sum is said to be the least.
 */
export function spending({ metrics, steps }: Pick<JobResult, "metrics" | "steps">): string {
  const cost = known("cost_usd", { metrics, steps });
  const read = known("tokens_in", { metrics, steps });
  const written = known("tokens_out", { metrics, steps });
  if (!cost && !read && !written) return "cost and tokens unknown";
  const money = cost ? `${cost.least}${dollars(cost)}` : "cost unknown";
  if (!read && !written) return `${money} · tokens unknown`;
  return `${money} · ${tokens(read)} tokens in, ${tokens(written)} out`;
}

/** What the steps that have ended cost; empty as long as none has told. */
export function spentSoFar(state: JobState | undefined): string {
  const ended = state?.steps.filter((step) => step.finished_at !== null && step.attempts > 0) ?? [];
  const told = ended.flatMap((step) => step.cost_usd ?? []);
  const sum = told.reduce((total, cost) => total + cost, 0);
  if (told.length === 0 || sum === 0) return "";
  const least = told.length < ended.length ? "at least " : "";
  return `${least}${dollars({ sum, least })} so far`;
}

interface Known {
  sum: number;
  /** "at least " where a part of it is unknown. */
  least: string;
}

function known(
  name: "cost_usd" | "tokens_in" | "tokens_out",
  { metrics, steps }: Pick<JobResult, "metrics" | "steps">,
): Known | undefined {
  const whole = metrics[name];
  if (whole !== null) return { sum: whole, least: "" };
  const parts = steps.map((step) => step.metrics[name]).filter((part) => part !== null);
  if (parts.length === 0) return undefined;
  return { sum: parts.reduce((sum, part) => sum + part, 0), least: "at least " };
}

/** The least is told with its digits: "at least < $0.01" would say nothing. */
function dollars({ sum, least }: Known): string {
  if (sum > 0 && sum < 0.01) return least === "" ? "< $0.01" : `$${sum.toFixed(4)}`;
  return `$${sum.toFixed(2)}`;
}

function tokens(count: Known | undefined): string {
  if (!count) return "unknown";
  const { sum, least } = count;
  if (sum < 10_000) return `${least}${sum.toLocaleString("en-US")}`;
  return `${least}${sum < 1_000_000 ? `${(sum / 1000).toFixed(1)}k` : `${(sum / 1_000_000).toFixed(1)}M`}`;
}
