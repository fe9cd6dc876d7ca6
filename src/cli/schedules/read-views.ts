// The schedules as they stand: what the files say, and what has become of them.
import { nextDue } from "../../schedule/cron.ts";
import { type BrokenSchedule, type KeptSchedule, readSchedules } from "../../schedule/schedule-file.ts";
import type { ScheduleState, ScheduleStates } from "../../schedule/schedule-state.ts";

export interface ScheduleView extends KeptSchedule {
  /** When it is due the next time; undefined while it is disabled. */
  next: Date | undefined;
  state: ScheduleState | undefined;
}

export async function readScheduleViews(
  { folder, states }: { folder: string; states: ScheduleStates },
  now: Date,
): Promise<{ views: ScheduleView[]; broken: BrokenSchedule[] }> {
  const { schedules, broken } = await readSchedules(folder);
  const views = await Promise.all(
    schedules.map(async (schedule) => ({
      ...schedule,
      next: schedule.enabled ? nextDue(schedule.schedule, now) : undefined,
      state: await states.read(schedule.id),
    })),
  );
  return { views, broken };
}
