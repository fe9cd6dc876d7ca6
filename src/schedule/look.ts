// One look at the schedules: what is due becomes a job, once.
//
// A job's id comes from the schedule and the minute in which it is due. So a crash between the job and the note of it, and
// a second process that looks at the same moment, end in the same job, which the queue knows already.
import { explain } from "../errors.ts";
import { deriveId } from "../job/ids.ts";
import type { JobRequest } from "../job/job-request.ts";
import type { JobSpec } from "../job/job-spec.ts";
import type { QueueState } from "../job/queue-state.ts";
import type { Log } from "../log.ts";
import { lastDue } from "./cron.ts";
import { type BrokenSchedule, type KeptSchedule, readSchedules } from "./schedule-file.ts";
import type { ScheduleState, ScheduleStates } from "./schedule-state.ts";

/** Schedules are looked at once a minute; a file that came since then counts from its own time on. */
const everyMs = 60_000;

const unfinished: readonly (QueueState | undefined)[] = ["pending", "running", "awaiting_approval"];

export interface LookOptions {
  folder: string;
  states: ScheduleStates;
  /** The job that a request becomes, or what of it can't be so. A throw is tried again at the next look. */
  specFor: (
    request: JobRequest,
    given: { jobId: string; createdAt: string; source: JobSpec["source"] },
  ) => Promise<{ spec: JobSpec; problems?: undefined } | { problems: string[] }>;
  submit: (spec: JobSpec) => Promise<unknown>;
  stateOf: (jobId: string) => Promise<QueueState | undefined>;
  /** Told of what was not run: `refused` can't be a job, `skipped` is left out while the last one has not ended. */
  onMissed: (missed: Missed) => Promise<void>;
  clock: () => Date;
  log: Log;
}

export interface Missed {
  schedule: string;
  due: string;
  outcome: "skipped" | "refused";
  reason: string;
}

/** Returns a function that looks once. It throws only when the folder can't be read; a schedule that fails is logged. */
export function createLook(options: LookOptions): () => Promise<void> {
  const { folder, states, specFor, submit, stateOf, onMissed, clock, log } = options;
  let told = new Set<string>();

  function tell(broken: readonly BrokenSchedule[]): void {
    const now = new Set(broken.map(({ file, problem }) => `${file}: ${problem}`));
    for (const problem of now) {
      if (!told.has(problem)) log.warn({ problem }, "a schedule's file is not valid and is left out");
    }
    told = now;
  }

  /** Until when nothing is due any more. */
  function sinceOf(schedule: KeptSchedule, state: ScheduleState | undefined, now: Date): Date {
    if (state?.schedule === schedule.schedule) return new Date(state.since);
    return new Date(Math.min(now.getTime(), Math.max(schedule.changedAt.getTime(), now.getTime() - everyMs)));
  }

  async function decide(
    { id, payload }: KeptSchedule,
    due: Date,
    before: ScheduleState | undefined,
  ): Promise<{ outcome: "queued"; jobId: string } | { outcome: Missed["outcome"]; reason: string }> {
    const last = before?.job_id;
    const state = last === undefined ? undefined : await stateOf(last);
    const jobId = deriveId(due.getTime(), `schedule:${id}`);
    if (last !== jobId && unfinished.includes(state)) {
      return { outcome: "skipped", reason: `its job ${last} has not ended: it is ${state}` };
    }
    const made = await specFor(payload, {
      jobId,
      createdAt: clock().toISOString(),
      source: { type: "cron", meta: { schedule: id, due: due.toISOString() } },
    });
    if (made.problems) return { outcome: "refused", reason: made.problems.join("; ") };
    await submit(made.spec);
    return { outcome: "queued", jobId };
  }

  async function lookAt(schedule: KeptSchedule): Promise<void> {
    const { id, schedule: expression } = schedule;
    const now = clock();
    const before = await states.read(id);
    if (!schedule.enabled) {
      if (before && before.schedule !== null) await states.write(id, { ...before, schedule: null });
      return;
    }
    const since = sinceOf(schedule, before, now);
    const due = lastDue(expression, now);
    const counts = before?.counts ?? { queued: 0, skipped: 0, refused: 0 };
    if (due <= since) {
      const known = before?.schedule === expression;
      if (!known) {
        await states.write(id, { ...before, counts, schedule: expression, since: since.toISOString() });
      }
      return;
    }
    const decided = await decide(schedule, due, before);
    const { outcome } = decided;
    const reason = decided.outcome === "queued" ? undefined : decided.reason;
    await states.write(id, {
      schedule: expression,
      since: due.toISOString(),
      last: {
        due: due.toISOString(),
        at: now.toISOString(),
        outcome,
        ...(reason !== undefined && { reason }),
      },
      job_id: decided.outcome === "queued" ? decided.jobId : before?.job_id,
      counts: { ...counts, [outcome]: counts[outcome] + 1 },
    });
    if (decided.outcome === "queued") {
      log.info({ schedule: id, due, job: decided.jobId }, "a scheduled job is queued");
    } else {
      log.warn({ schedule: id, due, reason }, `a scheduled job is ${outcome}`);
      await onMissed({
        schedule: id,
        due: due.toISOString(),
        outcome: decided.outcome,
        reason: decided.reason,
      });
    }
  }

  return async () => {
    const { schedules, broken } = await readSchedules(folder);
    tell(broken);
    for (const schedule of schedules) {
      try {
        await lookAt(schedule);
      } catch (error) {
        log.error(
          { schedule: schedule.id, error: explain(error) },
          "a schedule is looked at again in a minute",
        );
      }
    }
  };
}
