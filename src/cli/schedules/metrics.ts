// What /metrics tells of the schedules.
import type { Metric } from "../../api/metrics-text.ts";
import type { House } from "../assemble.ts";
import { readScheduleViews } from "./read-views.ts";
import { schedulesOf } from "./run-schedules.ts";

export async function scheduleMetrics({ config, clock }: Pick<House, "config" | "clock">): Promise<Metric[]> {
  const { views, broken } = await readScheduleViews(schedulesOf(config), clock());
  const enabled = views.filter((view) => view.enabled).length;
  const files = { enabled, disabled: views.length - enabled, broken: broken.length };
  return [
    {
      name: "patchbay_schedules",
      help: "Files of schedules, by what they are.",
      type: "gauge",
      samples: Object.entries(files).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: "patchbay_schedule_runs_total",
      help: "What became of each time that a schedule was due.",
      type: "counter",
      samples: views.flatMap(({ id, state }) =>
        Object.entries(state?.counts ?? {}).map(([outcome, value]) => ({
          labels: { schedule: id, outcome },
          value,
        })),
      ),
    },
    {
      name: "patchbay_schedule_last_due_timestamp_seconds",
      help: "When the schedule was due last, in seconds since 1970.",
      type: "gauge",
      samples: views.flatMap(({ id, state }) =>
        state?.last ? [{ labels: { schedule: id }, value: Date.parse(state.last.due) / 1000 }] : [],
      ),
    },
  ];
}
