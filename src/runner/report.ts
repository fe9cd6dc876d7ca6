// The job's report.md, put together from its steps' reports. Pure.
import { candidatesOf, type Compare } from "../job/compare.ts";
import type { StepResult } from "../job/result.ts";
import { readReview } from "../job/review-finding.ts";

export interface StepReport {
  result: StepResult;
  /** The step's report.md. */
  text: string;
}

const titles: Record<string, string> = {
  planner: "Plan",
  reviewer: "Review",
  implementer: "Change",
  answerer: "Answer",
};

/**
 * The report of the step that did the work stands open; plans and reviews are folded below it. Where two did it, the
 * one that compares them stands open. Empty when no step left a report.
 */
export function composeReport(steps: readonly StepReport[], compare?: Compare): string {
  const told = steps
    .map(({ result, text }) => ({
      result,
      text: result.role === "reviewer" ? readReview(text).report : text,
    }))
    .filter((step) => step.text.trim() !== "");
  const role = compare ? "reviewer" : "implementer";
  const main = told.findLast((step) => step.result.role === role) ?? told.at(-1);
  if (!main) return "";
  const folded = told
    .filter((step) => step !== main)
    .map(({ result, text }) => {
      const label = candidatesOf(compare).find(({ stepId }) => stepId === result.step_id)?.label;
      const title = `${titles[result.role] ?? result.role}${label === undefined ? "" : ` ${label}`}`;
      const by = result.simulated ? `${result.agent}, simulated` : result.agent;
      return `<details>\n<summary>${title} · ${by}</summary>\n\n${text.trim()}\n\n</details>`;
    });
  return `${[main.text.trim(), ...folded].join("\n\n")}\n`;
}

/** The first sentence of a report that isn't a heading, as plain text of at most 200 characters. */
export function summarize(report: string): string {
  const prose = report
    .split("\n")
    .map((text) => text.replace(/^[>\s*-]+/, "").trim())
    .find((text) => text !== "" && !/^(?:#|<|`{3}|\||!\[|\[!)/.test(text));
  if (prose === undefined) return "";
  const plain = prose.replaceAll(/[*_`]/g, "");
  return plain.length <= 200 ? plain : `${plain.slice(0, 199)}…`;
}
