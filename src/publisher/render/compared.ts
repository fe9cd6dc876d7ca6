// Two changes beside each other, so that a person can choose one.
import { heldPatches } from "../../job/held-patch.ts";
import type { JobResult } from "../../job/result.ts";
import type { Verified } from "../../job/verify.ts";
import type { Part } from "./assemble.ts";
import { fixed } from "./assemble.ts";
import { diffStatistics, shownDiff, statisticsLine } from "./diff.ts";
import { codeSpan } from "./fence.ts";
import { plainLine } from "./plain.ts";
import { duration, spending } from "./quantities.ts";
import type { Voice } from "./voice.ts";

export interface Compared {
  candidate: NonNullable<JobResult["candidates"]>[number];
  patch: Buffer | undefined;
}

/** Whether a choice is open: a job that compared, and neither was taken nor dropped yet. */
export function isOpenChoice(result: JobResult): boolean {
  return result.status === "needs_human" && result.candidates !== undefined;
}

export function choiceTitle(result: JobResult): string {
  return heldPatches(result).length > 1 ? "⚖️ Two changes to choose from" : "⚖️ One change to take or leave";
}

/** The table, and the words that choose. */
export function comparedParts(
  {
    result,
    compared,
    report,
  }: { result: JobResult; compared: readonly Compared[]; report: string | undefined },
  voice: Voice,
): Part[] {
  return [fixed(table(result, compared, verdictIn(report), voice)), fixed(choiceHint(result, voice))];
}

/** Each change as a folded diff; one that holds a secret is shown to nobody. */
export function comparedDiffs(compared: readonly Compared[], voice: Voice): Part[] {
  return compared.flatMap(({ candidate, patch }) =>
    patch === undefined || candidate.secrets_check === "failed"
      ? []
      : [
          {
            rank: 2,
            maxChars: 8000,
            render: (max) => shownDiff(patch, max, voice, `diff of ${candidate.label}`),
          },
        ],
  );
}

/** How a change is chosen, by whom, and how both are dropped. */
export function choiceHint(result: JobResult, { trigger }: Pick<Voice, "trigger">): string {
  const held = heldPatches(result);
  const words = held.map(({ label }) => codeSpan(`${trigger} apply ${label ?? ""}`)).join(" or ");
  const grave = held.filter(({ details }) => details.release_by === "maintain");
  const who =
    grave.length === 0
      ? ""
      : ` ${grave.map(({ label }) => label).join(" and ")} can be taken only with maintain or admin permission.`;
  return `**Next:** ${words} publishes it, ${codeSpan(`${trigger} discard`)} drops what is here.${who}`;
}

/** What whoever compared them says, where the report begins as it was asked to; undefined otherwise. */
function verdictIn(report: string | undefined): "A" | "B" | "neither" | undefined {
  const word = /^\W*verdict\W+(a|b|neither)\b/im.exec((report ?? "").slice(0, 4000))?.[1]?.toLowerCase();
  if (word === "a") return "A";
  if (word === "b") return "B";
  return word === "neither" ? word : undefined;
}

function table(
  { steps }: JobResult,
  compared: readonly Compared[],
  verdict: ReturnType<typeof verdictIn>,
  voice: Voice,
): string {
  const stepOf = (id: string) => steps.find(({ step_id: stepId }) => stepId === id);
  const row = (name: string, cell: (one: Compared) => string): string =>
    `| ${[name, ...compared.map(cell)].join(" | ")} |`;
  return [
    row("", ({ candidate }) => `**${candidate.label}** · ${plainLine(candidate.agent, 40)}`),
    row("---", () => "---"),
    row("Change", changeCell),
    ...(compared.some(({ candidate }) => stepOf(candidate.step_id)?.verified)
      ? [row("Checks", ({ candidate }) => checksCell(stepOf(candidate.step_id)?.verified))]
      : []),
    row("Gate", ({ candidate }) => gateCell(candidate, voice)),
    ...(verdict === undefined
      ? []
      : [row("Verdict", ({ candidate }) => (candidate.label === verdict ? "✅ the better one" : "–"))]),
    row("Cost", ({ candidate }) => {
      const step = stepOf(candidate.step_id);
      return step ? spending({ metrics: step.metrics, steps: [step] }) : "–";
    }),
    row("Time", ({ candidate }) => duration(stepOf(candidate.step_id)?.metrics.duration_ms ?? 0)),
  ].join("\n");
}

function changeCell({ candidate, patch }: Compared): string {
  if (patch) return statisticsLine(diffStatistics(patch));
  return candidate.status === "success" ? "none" : candidate.status;
}

function checksCell(verified: Verified | undefined): string {
  if (!verified) return "–";
  if (verified.status === "not_run") return "not run";
  const passed = verified.runs.filter(({ status }) => status === "passed").length;
  return `${verified.status === "passed" ? "✅" : "❌"} ${passed} of ${verified.runs.length} passed`;
}

function gateCell({ patch, error }: Compared["candidate"], voice: Voice): string {
  if (!patch) return error ? plainLine(voice.mask(error.message), 200) : "–";
  return error ? `held: ${plainLine(voice.mask(error.message), 200)}` : "passes";
}
