// A label as a command: `agent:<pipeline>` starts that pipeline with the title as its goal.
import { closest } from "fastest-levenshtein";
import type { Pipeline } from "../job/pipelines.ts";
import type { Ask, Asked } from "./answer.ts";
import { quote } from "./quote.ts";

/** What comes after the prefix in the label of a job that waits or runs: taking it off cancels the job. */
export const runningLabel = "running";

/** Labels with which Patchbay says where a job stands; putting one on asks for nothing. */
const stateLabels: ReadonlySet<string> = new Set([
  runningLabel,
  "done",
  "needs-human",
  "failed",
  "cancelled",
]);

/**
 * Reads what a label asks for: nothing when it only says where a job stands, undefined when it is none of ours. Names are
 * compared without case, as GitHub does.
 */
export function readLabel(name: string, { prefix }: { prefix: string }): Ask | "state" | undefined {
  if (!name.toLowerCase().startsWith(prefix.toLowerCase())) return undefined;
  const word = name.slice(prefix.length).trim().toLowerCase();
  return stateLabels.has(word) ? "state" : (pipelines) => askedBy(name, word, { prefix, pipelines });
}

function askedBy(
  name: string,
  word: string,
  options: { prefix: string; pipelines: readonly Pipeline[] },
): Asked {
  const names = options.pipelines.map((pipeline) => pipeline.name);
  if (names.includes(word)) {
    return { kind: "commands", commands: [{ pipeline: word, text: "", dryRun: false, source: name }] };
  }
  const nearest = quote(`${options.prefix}${closest(word, names)}`);
  const known = names.map((pipeline) => quote(`${options.prefix}${pipeline}`)).join(", ");
  return {
    kind: "reply",
    body: `The label ${quote(name)} starts no pipeline. Did you mean ${nearest}? Known labels: ${known}.`,
  };
}

/** What taking a label off asks for: the end of the job that a label started, if it is the label of a running one. */
export function readRemovedLabel(name: string, { prefix }: { prefix: string }): Ask | undefined {
  if (name.toLowerCase() !== `${prefix}${runningLabel}`.toLowerCase()) return undefined;
  return () => ({ kind: "commands", commands: [{ verb: "cancel", labelled: true, source: `-${name}` }] });
}
