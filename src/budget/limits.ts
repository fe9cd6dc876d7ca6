// Which limits a step is under, and how much of each is left. Pure.
import { at, nothing, type Amount, type Ledger, type Spender, type Unit } from "./ledger.ts";

/** Undefined: no limit. Days are UTC. */
export interface BudgetLimits {
  costUsdPerStep: number | undefined;
  costUsdPerJob: number | undefined;
  costUsdPerUserAndDay: number | undefined;
  costUsdPerRepositoryAndDay: number | undefined;
  costUsdPerDay: number | undefined;
  callsPerStep: number | undefined;
  callsPerDay: number | undefined;
}

/** What the job itself asks for; it narrows the operator's limits. */
export interface JobBudget {
  costUsd: number | undefined;
  calls: number | undefined;
}

export interface Limit {
  /** The variable or the part of the request that sets it. */
  name: string;
  /** Whose limit it is, as in "the daily limit of @ann". */
  words: string;
  unit: Unit;
  limit: number;
  spent: number;
  /** Set aside for running steps. */
  held: number;
  /** Others draw on it too, and it frees up at the end of the day. */
  daily: boolean;
}

/** Every limit that holds for this step. `own` is the step's own hold, which takes nothing away from it. */
export function limitsFor(
  ledger: Ledger,
  spender: Spender,
  { limits, job, own }: { limits: BudgetLimits; job: JobBudget; own?: string },
): Limit[] {
  const { job_id, step_id, user, repository } = spender;
  const jobSoFar = at(ledger.jobs, job_id);
  const holds = ledger.holds.filter(({ id }) => id !== own);
  const ofJob = holds.filter((hold) => hold.spender.job_id === job_id);
  const step = {
    words: "this step",
    spent: (jobSoFar && at(jobSoFar.steps, step_id)) ?? nothing,
    holds: ofJob.filter((hold) => hold.spender.step_id === step_id),
    daily: false,
  };
  const whole = { words: "this job", spent: jobSoFar?.all ?? nothing, holds: ofJob, daily: false };
  const ofUser = {
    words: `@${user}`,
    spent: at(ledger.today.users, user) ?? nothing,
    holds: holds.filter((hold) => hold.spender.user === user),
    daily: true,
  };
  const ofRepository = {
    words: repository,
    spent: at(ledger.today.repositories, repository) ?? nothing,
    holds: holds.filter((hold) => hold.spender.repository === repository),
    daily: true,
  };
  const all = { words: "this installation", spent: ledger.today.all, holds, daily: true };
  const usd = "micro_usd" as const;
  return [
    limitOf("MAX_COST_USD_PER_STEP", usd, toMicroUsd(limits.costUsdPerStep), step),
    limitOf("MAX_API_CALLS_PER_STEP", "calls", limits.callsPerStep, step),
    limitOf("MAX_COST_USD_PER_JOB", usd, toMicroUsd(limits.costUsdPerJob), whole),
    limitOf("budget.max_cost_usd", usd, toMicroUsd(job.costUsd), whole),
    limitOf("budget.max_calls", "calls", job.calls, whole),
    limitOf("MAX_DAILY_COST_USD_PER_USER", usd, toMicroUsd(limits.costUsdPerUserAndDay), ofUser),
    limitOf(
      "MAX_DAILY_COST_USD_PER_REPOSITORY",
      usd,
      toMicroUsd(limits.costUsdPerRepositoryAndDay),
      ofRepository,
    ),
    limitOf("MAX_DAILY_COST_USD", usd, toMicroUsd(limits.costUsdPerDay), all),
    limitOf("MAX_DAILY_API_CALLS", "calls", limits.callsPerDay, all),
  ].filter((limit) => limit !== undefined);
}

/** How much of a limit is left for one more step; less than nothing when a last request went over it. */
export function left({ limit, spent, held }: Limit): number {
  return limit - spent - held;
}

function limitOf(
  name: string,
  unit: Unit,
  limit: number | undefined,
  scope: { words: string; spent: Amount; holds: { held: Amount; used: Amount }[]; daily: boolean },
): Limit | undefined {
  if (limit === undefined) return undefined;
  const held = scope.holds.reduce((sum, hold) => sum + Math.max(hold.held[unit], hold.used[unit]), 0);
  return { name, words: scope.words, unit, limit, spent: scope.spent[unit], held, daily: scope.daily };
}

function toMicroUsd(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : Math.round(usd * 1e6);
}
