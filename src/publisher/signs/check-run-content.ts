// What a check run says of a job, and its buttons.
import type { CheckRunContent } from "../../io/github-signs.ts";
import { heldPatch, heldPatches } from "../../job/held-patch.ts";
import { buttonId, type ButtonVerb } from "../../job/button.ts";
import { assemble, fixed } from "../render/assemble.ts";
import { checklist, itemsOfResult, itemsOfState, stepName } from "../render/checklist.ts";
import { choiceHint, choiceTitle, isOpenChoice } from "../render/compared.ts";
import { fitMarkdown } from "../render/fit.ts";
import { goalQuote, simulatedNote, smallPrint } from "../render/frame.ts";
import { endedTitle, heldFindings, releaseHint, whatNext } from "../render/unhappy.ts";
import type { Voice } from "../render/voice.ts";
import type { Facts, Standing } from "./standing.ts";

/** https://docs.github.com/en/rest/checks/runs#create-a-check-run names 65,535 characters. */
const maxSummaryChars = 60_000;

const buttons: Record<ButtonVerb, { label: string; description: string }> = {
  cancel: { label: "Cancel", description: "Ends this job with all its processes" },
  retry: { label: "Retry", description: "Runs the same again, from the branch now" },
  apply: { label: "Apply", description: "Publishes the patch that is held" },
  "apply-a": { label: "Apply A", description: "Publishes the first of the two changes" },
  "apply-b": { label: "Apply B", description: "Publishes the second of the two changes" },
  approve: { label: "Approve", description: "Lets this job begin or go on" },
  discard: { label: "Discard", description: "Drops what is held" },
};

export function checkRunContent(
  job: Facts & { standing: Standing; report: string | undefined },
  voice: Voice,
): CheckRunContent {
  const conclusion = conclusionOf(job.standing);
  return {
    status: conclusion === undefined ? (job.standing === "waiting" ? "queued" : "in_progress") : "completed",
    ...(conclusion !== undefined && { conclusion }),
    output: { title: voice.mask(titleOf(job)).slice(0, 200), summary: voice.mask(summaryOf(job, voice)) },
    actions: verbsFor(job).map((verb) => ({ ...buttons[verb], identifier: buttonId(verb, job.spec.job_id) })),
  };
}

function conclusionOf(standing: Standing): CheckRunContent["conclusion"] {
  switch (standing) {
    case "waiting":
    case "running":
      return undefined;
    case "changed":
      return "success";
    case "unchanged":
    case "offered":
      return "neutral";
    case "held":
      return "action_required";
    case "unpublished":
    case "failed":
      return "failure";
    case "cancelled":
      return "cancelled";
  }
}

function verbsFor({ standing, result }: Facts & { standing: Standing }): ButtonVerb[] {
  switch (standing) {
    case "waiting":
    case "running":
      return ["cancel"];
    case "held":
      return [...releases(result), "discard"];
    case "failed":
    case "unpublished":
    case "cancelled":
      return ["retry"];
    default:
      return [];
  }
}

function nextWords(ended: NonNullable<Facts["result"]>, voice: Voice): string {
  if (isOpenChoice(ended)) return choiceHint(ended, voice);
  const held = heldPatch(ended);
  return held ? releaseHint(held, voice) : whatNext(ended, voice);
}

function releases(result: Facts["result"]): ButtonVerb[] {
  const verbs = heldPatches(result).map(({ label }): ButtonVerb => {
    if (label === undefined) return "apply";
    return label === "A" ? "apply-a" : "apply-b";
  });
  return verbs.length === 0 ? ["approve"] : verbs;
}

function titleOf({ spec, state, result, standing }: Facts & { standing: Standing }): string {
  switch (standing) {
    case "waiting":
      return "In the queue";
    case "running": {
      const items = itemsOfState(spec, state);
      const at = items.findIndex((item) => item.status === "running" || item.status === "retryable");
      const item = items[at];
      return item ? `${stepName(item.step_id)}, step ${at + 1} of ${items.length}` : "Working";
    }
    case "changed":
      return "The change is pushed";
    case "unchanged":
      return "Nothing had to be changed";
    case "offered":
      return "The change is offered, nothing was pushed";
    case "unpublished":
      return "Done, but not published";
    case "held":
    case "failed":
    case "cancelled":
      return result ? (isOpenChoice(result) ? choiceTitle(result) : endedTitle(result)) : "Ended";
  }
}

function summaryOf(
  { spec, state, result, standing, report }: Facts & { standing: Standing; report: string | undefined },
  voice: Voice,
): string {
  const ended = standing === "waiting" || standing === "running" ? undefined : result;
  return assemble(
    [
      fixed(goalQuote(spec, voice)),
      fixed(ended && ended.status !== "success" ? heldFindings(ended, voice) : ""),
      fixed(ended && ended.status !== "success" ? nextWords(ended, voice) : ""),
      fixed(checklist(ended ? itemsOfResult(spec, ended) : itemsOfState(spec, state))),
      fixed(ended ? simulatedNote(ended) : ""),
      { rank: 1, maxChars: 50_000, render: (max) => fitMarkdown(report ?? "", max, voice).text },
      fixed(smallPrint(spec, ended, voice)),
    ],
    maxSummaryChars,
  );
}
