// What `patchbay run` says while it works: a line when a step begins, and one when it ends.
import type { JobState } from "../../job/job-state.ts";

/** Returns a function that prints what is new in a job's state. */
export function createProgressLines(print: (line: string) => void): (state: JobState) => void {
  const told = new Map<string, string>();
  return (state) => {
    for (const step of state.steps) {
      const now = `${step.status} ${step.attempts}`;
      if (step.status === "pending" || told.get(step.step_id) === now) continue;
      told.set(step.step_id, now);
      const again = step.attempts > 1 ? `, attempt ${step.attempts}` : "";
      if (step.status === "running") {
        print(`▸ ${step.step_id}  ${step.role}, ${step.agent}${again}`);
        continue;
      }
      const { started_at: from, finished_at: to } = step;
      const took = from && to ? ` in ${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s` : "";
      print(`${step.status === "success" ? "✓" : "✗"} ${step.step_id}  ${step.status}${took}`);
    }
  };
}
