// Tokens and cost of a run. What is unknown stays undefined and is never 0. Pure.
import type { AgentEvent, SessionUsage } from "./agent.ts";

type Usage = Extract<AgentEvent, { type: "usage" }>;

export interface UsageTally {
  /** What added up over the run. */
  sum: SessionUsage;
  /** The session's latest totals. */
  total: SessionUsage;
  /** What one of the events left open: a sum with an unknown part is unknown. */
  open: Record<keyof SessionUsage, boolean>;
}

const unknown: SessionUsage = { tokensIn: undefined, tokensOut: undefined, costUsd: undefined };
export const noUsage: UsageTally = {
  sum: unknown,
  total: unknown,
  open: { tokensIn: false, tokensOut: false, costUsd: false },
};

export function addUsage(tally: UsageTally, event: Usage): UsageTally {
  const { sum, total, open } = tally;
  const tokens = { tokensIn: event.tokensIn, tokensOut: event.tokensOut };
  const ofSession = event.cumulative === "all";
  const costOfSession = event.cumulative !== "none";
  return {
    sum: {
      tokensIn: ofSession ? sum.tokensIn : plus(sum.tokensIn, event.tokensIn),
      tokensOut: ofSession ? sum.tokensOut : plus(sum.tokensOut, event.tokensOut),
      costUsd: costOfSession ? sum.costUsd : plus(sum.costUsd, event.costUsd),
    },
    total: {
      ...(ofSession ? tokens : { tokensIn: total.tokensIn, tokensOut: total.tokensOut }),
      costUsd: costOfSession ? (event.costUsd ?? total.costUsd) : total.costUsd,
    },
    open: {
      tokensIn: open.tokensIn || (!ofSession && event.tokensIn === undefined),
      tokensOut: open.tokensOut || (!ofSession && event.tokensOut === undefined),
      costUsd: open.costUsd || (!costOfSession && event.costUsd === undefined),
    },
  };
}

/** The run's own numbers, and the session's for a later run that resumes it. */
export function usageOfRun(
  { sum: parts, total, open }: UsageTally,
  context: { resumed: boolean; sessionBefore: SessionUsage | undefined },
): { run: SessionUsage; session: SessionUsage } {
  const before = context.resumed ? context.sessionBefore : { tokensIn: 0, tokensOut: 0, costUsd: 0 };
  const known = (key: keyof SessionUsage): number | undefined => (open[key] ? undefined : parts[key]);
  const sum = { tokensIn: known("tokensIn"), tokensOut: known("tokensOut"), costUsd: known("costUsd") };
  const own = (key: keyof SessionUsage): number | undefined => sum[key] ?? minus(total[key], before?.[key]);
  const whole = (key: keyof SessionUsage): number | undefined => {
    const summed = sum[key];
    return (
      total[key] ?? (summed === undefined || before?.[key] === undefined ? undefined : summed + before[key])
    );
  };
  return {
    run: { tokensIn: own("tokensIn"), tokensOut: own("tokensOut"), costUsd: own("costUsd") },
    session: { tokensIn: whole("tokensIn"), tokensOut: whole("tokensOut"), costUsd: whole("costUsd") },
  };
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return b === undefined ? a : (a ?? 0) + b;
}

function minus(total: number | undefined, before: number | undefined): number | undefined {
  return total === undefined || before === undefined ? undefined : Math.max(0, total - before);
}
