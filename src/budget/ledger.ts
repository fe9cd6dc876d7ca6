// What is held and what is spent: the one small value from which every decision about money is made.
import { z } from "zod";
import { Timestamp } from "../job/job-spec.ts";

/** Money in millionths of a USD: sums of whole numbers are exact. */
export const Amount = z.strictObject({
  calls: z.int().nonnegative(),
  micro_usd: z.int().nonnegative(),
});
export type Amount = z.infer<typeof Amount>;
export type Unit = keyof Amount;

/** Who spends, for what. */
export const Spender = z.strictObject({
  job_id: z.string(),
  step_id: z.string(),
  attempt: z.int(),
  user: z.string(),
  repository: z.string(),
  pipeline: z.string(),
  agent: z.string(),
});
export type Spender = z.infer<typeof Spender>;

/** What a running step may use, and what it has used as far as it told. */
export const Hold = z.strictObject({
  id: z.string(),
  since: Timestamp,
  spender: Spender,
  held: Amount,
  used: Amount,
});
export type Hold = z.infer<typeof Hold>;

/** What a run came to; an unknown cost is null and never 0. */
const Run = z.strictObject({ calls: z.int().nonnegative(), micro_usd: z.int().nonnegative().nullable() });
export type Run = z.infer<typeof Run>;

const Amounts = z.record(z.string(), Amount);

export const Ledger = z.strictObject({
  schema_version: z.literal("1.0"),
  /** The UTC day that `today` is about. */
  day: z.iso.date(),
  holds: z.array(Hold),
  today: z.strictObject({ all: Amount, users: Amounts, repositories: Amounts }),
  /** A job may run over several days. */
  jobs: z.record(z.string(), z.strictObject({ at: Timestamp, all: Amount, steps: Amounts })),
  /** The latest runs of each step of each pipeline, oldest first. */
  history: z.record(z.string(), z.strictObject({ at: Timestamp, runs: z.array(Run) })),
  /** Holds that ended lately, and what was charged for them: a late word of a step corrects it. */
  ended: z.array(z.strictObject({ id: z.string(), day: z.iso.date(), charged: Amount })),
});
export type Ledger = z.infer<typeof Ledger>;

export const nothing: Amount = { calls: 0, micro_usd: 0 };

/** A new day, on which nothing is spent yet; also the first one. */
export function emptyLedger(day: string): Ledger {
  return {
    schema_version: "1.0",
    day,
    holds: [],
    today: { all: nothing, users: {}, repositories: {} },
    jobs: {},
    history: {},
    ended: [],
  };
}

export function plus(a: Amount, b: Amount): Amount {
  return { calls: a.calls + b.calls, micro_usd: a.micro_usd + b.micro_usd };
}

/** Never less than nothing. */
export function minus(a: Amount, b: Amount): Amount {
  return { calls: Math.max(0, a.calls - b.calls), micro_usd: Math.max(0, a.micro_usd - b.micro_usd) };
}

/** The larger one of each unit. */
export function atLeast(a: Amount, b: Amount): Amount {
  return { calls: Math.max(a.calls, b.calls), micro_usd: Math.max(a.micro_usd, b.micro_usd) };
}

/** Under which a name is filed: no name that objects have by themselves begins like this. */
export function key(name: string): string {
  return `:${name}`;
}

export function at<T>(record: Record<string, T>, name: string): T | undefined {
  return record[key(name)];
}
