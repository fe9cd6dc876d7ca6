// What the doctor says about the schedules.
import { explain } from "../../errors.ts";
import type { House } from "../assemble.ts";
import type { Finding } from "../finding.ts";
import { readScheduleViews } from "./read-views.ts";
import { schedulesOf } from "./run-schedules.ts";

/** Nothing where there are no schedules. */
export async function examineSchedules(config: House["config"]): Promise<Finding[]> {
  const name = "schedules";
  const remedy = "correct the file; patchbay schedules lists what is wrong";
  try {
    const { views, broken } = await readScheduleViews(schedulesOf(config), new Date());
    const unknown = views.filter(({ payload }) => !Object.hasOwn(config.PROJECT_ALIASES, payload.project));
    const problems = [
      ...broken.map(({ file, problem }) => `${file}: ${problem}`),
      ...unknown.map(
        ({ file, payload }) => `${file}: payload.project: "${payload.project}" is not in PROJECT_ALIASES`,
      ),
    ];
    if (problems.length > 0) return [{ name, level: "note", found: problems.join("; "), remedy }];
    if (views.length === 0) return [];
    const next = views
      .flatMap((view) => view.next ?? [])
      .toSorted((one, other) => one.getTime() - other.getTime());
    const due = next[0] ? `, the next at ${next[0].toISOString()}` : ", all disabled";
    return [{ name, level: "ok", found: `${views.length}${due}` }];
  } catch (error) {
    const readable = `make ${config.SCHEDULES_ROOT} a folder that can be read`;
    return [{ name, level: "note", found: explain(error), remedy: readable }];
  }
}
