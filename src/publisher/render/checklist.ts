// The steps of a job as a list: what is done, what runs, what is to come.
import type { JobSpec } from "../../job/job-spec.ts";
import type { JobState, StepState } from "../../job/job-state.ts";
import type { JobResult, Status } from "../../job/result.ts";
import { duration } from "./quantities.ts";

export interface Item {
  step_id: string;
  agent: string;
  status: Status | "pending" | "skipped";
  durationMs: number | undefined;
  startedAt: string | undefined;
  attempts: number;
}

/** The steps as they stand while the job waits or runs. */
export function itemsOfState(spec: JobSpec, state: JobState | undefined): Item[] {
  return spec.steps.map(({ step_id, agent }) => {
    const known: StepState | undefined = state?.steps.find((step) => step.step_id === step_id);
    return {
      step_id,
      agent: known?.agent ?? agent,
      status: known?.status ?? "pending",
      durationMs: elapsedMs(known),
      startedAt: known?.started_at ?? undefined,
      attempts: known?.attempts ?? 0,
    };
  });
}

/** The steps once the job has ended: what did not run is named too. */
export function itemsOfResult(spec: JobSpec, result: JobResult): Item[] {
  const ran = (stepId: string) => result.steps.findLast((step) => step.step_id === stepId);
  return spec.steps.map(({ step_id, agent }) => {
    const step = ran(step_id);
    return {
      step_id,
      agent: step?.agent ?? agent,
      status: step?.status ?? "skipped",
      durationMs: step?.metrics.duration_ms,
      startedAt: step?.started_at,
      attempts: step?.attempts ?? 0,
    };
  });
}

/** A Markdown task list, a line for each step. */
export function checklist(items: readonly Item[]): string {
  return items.map((item) => `- [${item.status === "success" ? "x" : " "}] ${line(item)}`).join("\n");
}

/** "02_implement" is called "Implement". */
export function stepName(stepId: string): string {
  const words =
    stepId
      .replace(/^\d+[_-]/, "")
      .replaceAll(/[_-]+/g, " ")
      .trim() || stepId;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function line(item: Item): string {
  const parts = [`**${stepName(item.step_id)}**`, item.agent];
  const how = standing(item);
  if (how !== "") parts.push(how);
  if (item.attempts > 1)
    parts.push(item.status === "running" ? `attempt ${item.attempts}` : `${item.attempts} attempts`);
  return parts.join(" · ");
}

function standing({ status, durationMs, startedAt }: Item): string {
  const took = durationMs === undefined ? "" : duration(durationMs);
  const after = took === "" ? "" : ` after ${took}`;
  switch (status) {
    case "success":
      return took;
    case "running":
      // The time of the start and not the time gone by: the comment isn't edited to make a clock tick.
      return startedAt === undefined ? "⏳ running" : `⏳ since ${startedAt.slice(11, 16)} UTC`;
    case "retryable":
      return "⏳ to be tried again";
    case "failed":
      return `❌ failed${after}`;
    case "timeout":
      return `⏱️ out of time${after}`;
    case "cancelled":
      return "🚫 cancelled";
    case "needs_human":
      return "✋ waits for a person";
    case "skipped":
      return "not run";
    case "pending":
      return "";
  }
}

function elapsedMs(step: StepState | undefined): number | undefined {
  if (!step?.started_at || !step.finished_at) return undefined;
  return Math.max(0, Date.parse(step.finished_at) - Date.parse(step.started_at));
}
