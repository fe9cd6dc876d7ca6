// What a step may spend: set aside before it starts, put right when it ends, whoever else is spending meanwhile.
import { randomUUID } from "node:crypto";
import { UserError } from "../errors.ts";
import { forfeit } from "./charge.ts";
import { estimate } from "./estimate.ts";
import { grantBefore } from "./grant.ts";
import { type Hold, type Ledger, nothing, type Spender } from "./ledger.ts";
import { type BudgetLimits, type JobBudget, limitsFor } from "./limits.ts";
import { tellRefusal } from "./refusal.ts";
import { openReservation, type Reservation } from "./reservation.ts";
import type { Spending } from "./spending.ts";
import type { BudgetStore } from "./store.ts";
import { turnDay } from "./turn-day.ts";
import { heldOf } from "./usage.ts";

export interface StepToPay {
  jobId: string;
  stepId: string;
  attempt: number;
  /** Who asked: a login. */
  user: string;
  /** `owner/name`. */
  repository: string;
  pipeline: string;
  agent: string;
  /** The job's own budget. */
  jobBudgetUsd: number | undefined;
  jobBudgetCalls?: number | undefined;
}

export interface Budgets {
  /** Throws UserError code "budget" naming the limit, what is spent, and when it frees up. Returns what this step may use. */
  reserve(step: StepToPay): Promise<Reservation>;
  /** Ends every reservation of a job whose runner died. All that it might have used counts as spent. */
  release(jobId: string): Promise<void>;
}

export function createBudgets(options: {
  store: BudgetStore;
  limits: BudgetLimits;
  clock: () => Date;
}): Budgets {
  const { store, limits, clock } = options;
  return {
    async reserve(step) {
      const { jobId, stepId, attempt, user, repository, pipeline, agent } = step;
      const spender = { job_id: jobId, step_id: stepId, attempt, user, repository, pipeline, agent };
      const job: JobBudget = { costUsd: step.jobBudgetUsd, calls: step.jobBudgetCalls };
      const id = randomUUID();
      const reserved = await store.change((kept) => {
        const now = clock();
        // A step has one attempt at a time: an earlier one that still holds something is dead.
        const dead = ({ job_id, step_id }: Spender): boolean => job_id === jobId && step_id === stepId;
        const turned = turnDay(kept, now);
        // Asked twice, when the store did not hear that it had kept the first answer: that one is forgotten.
        const holds = turned.ledger.holds.filter((hold) => hold.id !== id);
        const { ledger, lines } = endDead({ ...turned, ledger: { ...turned.ledger, holds } }, dead, now);
        const inForce = limitsFor(ledger, spender, { limits, job });
        const usual = estimate(ledger, spender);
        const grant = grantBefore(inForce, usual);
        if ("refusedBy" in grant) {
          throw new UserError(tellRefusal(grant.refusedBy, usual, ledger.day), { code: "budget" });
        }
        const hold: Hold = { id, since: now.toISOString(), spender, held: heldOf(grant), used: nothing };
        const answer = { grant, usual, inForce };
        return { ledger: { ...ledger, holds: [...ledger.holds, hold] }, lines, answer };
      });
      return openReservation({ store, limits, clock, id, spender, job, ...reserved });
    },

    async release(jobId) {
      await store.change((kept) => {
        const now = clock();
        const ended = endDead(turnDay(kept, now), ({ job_id }) => job_id === jobId, now);
        return { ...ended, answer: undefined };
      });
    },
  };
}

function endDead(
  before: { ledger: Ledger; lines: Spending[] },
  isDead: (spender: Spender) => boolean,
  now: Date,
): { ledger: Ledger; lines: Spending[] } {
  let { ledger } = before;
  const lines = [...before.lines];
  for (const hold of ledger.holds.filter(({ spender }) => isDead(spender))) {
    const ended = forfeit(ledger, hold, "released", now.toISOString());
    ledger = ended.ledger;
    lines.push(ended.line);
  }
  return { ledger, lines };
}
