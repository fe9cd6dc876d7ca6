// The schedules of an operator: one JSON file each.
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { explain, UserError } from "../errors.ts";
import { errorCode, readFileNoFollow } from "../io/file.ts";
import { fieldProblems, JobRequest } from "../job/job-request.ts";
import { cronProblem } from "./cron.ts";

const maxBytes = 1_000_000;

const Schedule = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/, "1 to 64 letters, digits, underscores or hyphens")
    .describe("names its state and its jobs"),
  enabled: z.boolean().default(true),
  schedule: z
    .string()
    .superRefine((text, context) => {
      const message = cronProblem(text);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .describe("minute, hour, day of month, month, day of week, in UTC, as in crontab(5)"),
  payload: JobRequest.describe("the job, as the HTTP gateway takes it"),
});

/** As it lies in its file. */
export interface KeptSchedule extends z.infer<typeof Schedule> {
  /** The file's name. */
  file: string;
  changedAt: Date;
}

export interface BrokenSchedule {
  file: string;
  /** Names the field. */
  problem: string;
}

/**
 * Reads `*.json` of the folder, in the order of the names; a broken file is named and keeps no other from being read.
 * No folder: no schedules.
 */
export async function readSchedules(
  folder: string,
): Promise<{ schedules: KeptSchedule[]; broken: BrokenSchedule[] }> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  });
  const schedules = new Map<string, KeptSchedule>();
  const broken: BrokenSchedule[] = [];
  for (const file of names.filter((name) => /^[^.].*\.json$/.test(name)).toSorted()) {
    try {
      const schedule = await readSchedule(folder, file);
      const other = schedules.get(schedule.id)?.file;
      if (other === undefined) schedules.set(schedule.id, schedule);
      else broken.push({ file, problem: `id: "${schedule.id}" is taken by ${other}` });
    } catch (error) {
      broken.push({ file, problem: explain(error) });
    }
  }
  return { schedules: [...schedules.values()], broken };
}

async function readSchedule(folder: string, file: string): Promise<KeptSchedule> {
  const path = join(folder, file);
  const { mtime, size } = await lstat(path);
  if (size > maxBytes) throw new UserError(`it has ${size} bytes; ${maxBytes} are the most`);
  const text = (await readFileNoFollow(path, maxBytes)).toString("utf8");
  const parsed = Schedule.safeParse(JSON.parse(text));
  if (!parsed.success) throw new UserError(fieldProblems(parsed.error).join("; "));
  return { ...parsed.data, file, changedAt: mtime };
}
