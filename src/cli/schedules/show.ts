// `patchbay schedules`: what runs by itself, when it is due, and what came of it the last time.
import { UserError } from "../../errors.ts";
import { readEnvironment } from "../environment.ts";
import { table } from "../jobs/table.ts";
import { readScheduleViews, type ScheduleView } from "./read-views.ts";
import { schedulesOf } from "./run-schedules.ts";

/** Prints them; the exit status is 1 when a file is not valid. Throws UserError when the folder can't be read. */
export async function showSchedules(options: { json?: boolean }): Promise<void> {
  const config = readEnvironment();
  const { views, broken } = await readScheduleViews(schedulesOf(config), new Date()).catch(
    (cause: unknown) => {
      throw new UserError(`SCHEDULES_ROOT: ${config.SCHEDULES_ROOT} can't be read; make it a folder`, {
        cause,
      });
    },
  );
  if (broken.length > 0) process.exitCode = 1;
  if (options.json) {
    console.log(JSON.stringify({ schedules: views.map(resource), broken }, undefined, 2));
    return;
  }
  if (views.length === 0) console.log(`no schedules in ${config.SCHEDULES_ROOT}`);
  else {
    const head = ["ID", "DUE (UTC)", "NEXT", "PROJECT", "LAST", "OUTCOME", "JOB"];
    console.log(table([head, ...views.map(row)]));
  }
  for (const { file, problem } of broken) console.log(`✗ ${file}: ${problem}`);
}

const minute = (at: Date | string | undefined): string =>
  at === undefined ? "-" : new Date(at).toISOString().slice(0, 16).replace("T", " ");

function row({ id, schedule, next, payload, state }: ScheduleView): string[] {
  const { last } = state ?? {};
  const outcome = last?.reason === undefined ? last?.outcome : `${last.outcome}: ${last.reason}`;
  const when = next === undefined ? "disabled" : minute(next);
  return [id, schedule, when, payload.project, minute(last?.due), outcome ?? "-", state?.job_id ?? "-"];
}

function resource({ file, id, enabled, schedule, next, payload, state }: ScheduleView) {
  return {
    id,
    file,
    enabled,
    schedule,
    project: payload.project,
    next: next?.toISOString() ?? null,
    last: state?.last ?? null,
    job_id: state?.job_id ?? null,
    counts: state?.counts ?? null,
  };
}
