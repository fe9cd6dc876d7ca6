// What has become of a schedule: one small file each, so that neither a restart nor a missed minute loses anything.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { errorCode, readFileNoFollow, writeFileAtomic } from "../io/file.ts";
import { JobId } from "../job/ids.ts";
import { Timestamp } from "../job/job-spec.ts";

const Outcome = z.enum(["queued", "skipped", "refused"]);

export const ScheduleState = z.object({
  /** The expression that `since` belongs to; null while it is disabled. */
  schedule: z.string().nullable(),
  /** Whatever was due until then is decided. */
  since: Timestamp,
  last: z
    .object({ due: Timestamp, at: Timestamp, outcome: Outcome, reason: z.string().optional() })
    .optional(),
  /** The last job that it made. */
  job_id: JobId.optional(),
  /** How often it came to what. */
  counts: z.record(Outcome, z.int().nonnegative()).default({ queued: 0, skipped: 0, refused: 0 }),
});
export type ScheduleState = z.infer<typeof ScheduleState>;

const maxBytes = 64 * 1024;

/** The states of a folder, which is made when the first one is written. A damaged state is as if there was none. */
export function openScheduleStates(folder: string) {
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  return {
    async read(id: string): Promise<ScheduleState | undefined> {
      try {
        const text = (await readFileNoFollow(pathOf(id), maxBytes)).toString("utf8");
        return ScheduleState.parse(JSON.parse(text));
      } catch (error) {
        if (errorCode(error) === "ENOENT" || error instanceof SyntaxError || error instanceof z.ZodError) {
          return undefined;
        }
        throw error;
      }
    },
    async write(id: string, state: ScheduleState): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFileAtomic(pathOf(id), `${JSON.stringify(state, undefined, 2)}\n`);
    },
  };
}

export type ScheduleStates = ReturnType<typeof openScheduleStates>;
