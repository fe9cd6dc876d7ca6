// The job's report.md, put together from its steps' reports. Pure.
import { candidatesOf, type Compare } from "../job/compare.ts";
import type { StepResult } from "../job/result.ts";
import { readReview } from "../job/review-finding.ts";
import { verifyReport } from "./verify-report.ts";

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
 * The report of the step that did the work stands open, below what was run to try it; plans and reviews are folded below
 * it. Where two did it, the one that compares them stands open. Empty when no step left a report. `summary` is its first
 * sentence.
 */
export function composeReport(
  steps: readonly StepReport[],
  compare?: Compare,
): { text: string; summary: string } {
  const labelOf = (id: string) => candidatesOf(compare).find(({ stepId }) => stepId === id)?.label;
  const tried = steps.flatMap(({ result: { step_id: id, verified } }) =>
    verified ? [{ verified, label: labelOf(id) }] : [],
  );
  const told = steps
    .map(({ result, text }) => ({
      result,
      text: result.role === "reviewer" ? readReview(text).report : text,
    }))
    .filter((step) => step.text.trim() !== "");
  const role = compare ? "reviewer" : "implementer";
  const main = told.findLast((step) => step.result.role === role) ?? told.at(-1);
  if (!main) return { text: tried.length === 0 ? "" : `${verifyReport(tried)}\n`, summary: "" };
  const folded = told
    .filter((step) => step !== main)
    .map(({ result, text }) => {
      const label = labelOf(result.step_id);
      const title = `${titles[result.role] ?? result.role}${label === undefined ? "" : ` ${label}`}`;
      const by = result.simulated ? `${result.agent}, simulated` : result.agent;
      return `<details>\n<summary>${title} · ${by}</summary>\n\n${text.trim()}\n\n</details>`;
    });
  const parts = [...(tried.length > 0 ? [verifyReport(tried)] : []), main.text.trim(), ...folded];
  return { text: `${parts.join("\n\n")}\n`, summary: summarize(main.text) };
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
