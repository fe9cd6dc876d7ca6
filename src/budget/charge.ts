// Ends holds and adds up what was spent. Pure.
import { historyKey, historyLength } from "./estimate.ts";
import {
  type Amount,
  at,
  atLeast,
  type Hold,
  key,
  type Ledger,
  minus,
  nothing,
  plus,
  type Run,
  Spender,
} from "./ledger.ts";
import type { Spending } from "./spending.ts";

/** How many ended holds can still be corrected. */
const keptEnded = 200;

export interface Spent {
  calls: number;
  /** Undefined is unknown. */
  micro_usd: number | undefined;
}

export interface Charged {
  ledger: Ledger;
  line: Spending;
}

/** Ends a hold with what the step told that it used. */
export function settle(ledger: Ledger, hold: Hold, spent: Spent, now: string): Charged {
  const known = spent.micro_usd ?? (hold.used.micro_usd > 0 ? hold.used.micro_usd : undefined);
  const calls = Math.max(spent.calls, hold.used.calls);
  const run: Run = { calls, micro_usd: known ?? null };
  const charged = { calls, micro_usd: known ?? 0 };
  const after = remember(end(ledger, hold, charged, now), hold.spender, run, now);
  return { ledger: after, line: lineOf(hold, run, "settled", now) };
}

/** Ends the hold of a step that can't tell any more what it used: all that it might have is charged. */
export function forfeit(ledger: Ledger, hold: Hold, ended: "released" | "expired", now: string): Charged {
  const charged = atLeast(hold.held, hold.used);
  const run = { calls: charged.calls, micro_usd: charged.micro_usd === 0 ? null : charged.micro_usd };
  return { ledger: end(ledger, hold, charged, now), line: lineOf(hold, run, ended, now) };
}

/** Puts right what was charged for a hold that ended before its step could tell what it used. */
export function correct(
  ledger: Ledger,
  { id, spender }: Pick<Hold, "id" | "spender">,
  spent: Spent,
  now: string,
): Charged {
  const before = ledger.ended.find((ended) => ended.id === id);
  const charged = { calls: spent.calls, micro_usd: spent.micro_usd ?? before?.charged.micro_usd ?? 0 };
  // What was charged on another day is no longer in today's sums.
  const same = before?.day === ledger.day ? before.charged : nothing;
  const todays = before === undefined || before.day === ledger.day ? charged : minus(charged, before.charged);
  const next = addToDay(
    addToJob(ledger, spender, charged, before?.charged ?? nothing, now),
    spender,
    todays,
    same,
  );
  const ended = [...ledger.ended.filter((one) => one.id !== id), { id, day: ledger.day, charged }];
  const run: Run = { calls: spent.calls, micro_usd: spent.micro_usd ?? null };
  return {
    ledger: { ...next, ended: ended.slice(-keptEnded) },
    line: lineOf({ id, spender }, run, "settled", now),
  };
}

/** What a line says, added to a ledger that lost it. */
export function chargeLine(ledger: Ledger, line: Spending): Ledger {
  const { calls, cost_usd, at: when } = line;
  const run: Run = { calls, micro_usd: cost_usd === null ? null : Math.round(cost_usd * 1e6) };
  const charged = { calls, micro_usd: run.micro_usd ?? 0 };
  const spender = Spender.strip().parse(line);
  const counted = addToDay(addToJob(ledger, spender, charged, nothing, when), spender, charged, nothing);
  return line.ended === "settled" ? remember(counted, spender, run, when) : counted;
}

function end(ledger: Ledger, hold: Hold, charged: Amount, now: string): Ledger {
  const counted = addToDay(
    addToJob(ledger, hold.spender, charged, nothing, now),
    hold.spender,
    charged,
    nothing,
  );
  return {
    ...counted,
    holds: ledger.holds.filter(({ id }) => id !== hold.id),
    ended: [...ledger.ended, { id: hold.id, day: ledger.day, charged }].slice(-keptEnded),
  };
}

function addToDay(ledger: Ledger, { user, repository }: Spender, more: Amount, less: Amount): Ledger {
  const { all, users, repositories } = ledger.today;
  const changed = (before: Amount | undefined): Amount => minus(plus(before ?? nothing, more), less);
  return {
    ...ledger,
    today: {
      all: changed(all),
      users: { ...users, [key(user)]: changed(at(users, user)) },
      repositories: { ...repositories, [key(repository)]: changed(at(repositories, repository)) },
    },
  };
}

function addToJob(
  ledger: Ledger,
  { job_id, step_id }: Spender,
  more: Amount,
  less: Amount,
  now: string,
): Ledger {
  const job = at(ledger.jobs, job_id) ?? { at: now, all: nothing, steps: {} };
  const changed = (before: Amount | undefined): Amount => minus(plus(before ?? nothing, more), less);
  const steps = { ...job.steps, [key(step_id)]: changed(at(job.steps, step_id)) };
  return { ...ledger, jobs: { ...ledger.jobs, [key(job_id)]: { at: now, all: changed(job.all), steps } } };
}

function remember(ledger: Ledger, spender: Spender, run: Run, now: string): Ledger {
  const name = historyKey(spender);
  const runs = [...(at(ledger.history, name)?.runs ?? []), run].slice(-historyLength);
  return { ...ledger, history: { ...ledger.history, [key(name)]: { at: now, runs } } };
}

function lineOf(
  { id, spender }: Pick<Hold, "id" | "spender">,
  run: Run,
  ended: Spending["ended"],
  now: string,
): Spending {
  return {
    schema_version: "1.0",
    at: now,
    reservation: id,
    ...spender,
    calls: run.calls,
    cost_usd: run.micro_usd === null ? null : run.micro_usd / 1e6,
    ended,
  };
}
