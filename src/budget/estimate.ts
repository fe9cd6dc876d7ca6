// What a step will probably take, from its last runs. Pure.
import { at, type Ledger, type Run, type Spender } from "./ledger.ts";

/** How many runs of a step are remembered. */
export const historyLength = 10;

/** Undefined is unknown: there was no run yet, or none whose cost is known. */
export interface Estimate {
  calls: number | undefined;
  micro_usd: number | undefined;
  /** How many runs it is made from. */
  runs: number;
}

/** The step of a pipeline with an agent, in whatever repository. */
export function historyKey({ pipeline, step_id, agent }: Spender): string {
  return `${pipeline}/${step_id}/${agent}`;
}

/** The medians of the step's last ten runs. */
export function estimate(ledger: Ledger, spender: Spender): Estimate {
  const runs: Run[] = at(ledger.history, historyKey(spender))?.runs ?? [];
  return {
    calls: median(runs.map((run) => run.calls)),
    micro_usd: median(runs.flatMap((run) => (run.micro_usd === null ? [] : [run.micro_usd]))),
    runs: runs.length,
  };
}

/** Of an even number of values the larger one in the middle: whole numbers stay whole. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
