// A command about jobs that there are: its words, told apart by what they look like.
import { CandidateLabel } from "../job/compare.ts";
import { type ControlVerb, controlVerbs } from "./grammar.ts";

export interface ControlCommand {
  verb: ControlVerb;
  /** A job's id; without one it is the one that this newest matching job has. */
  job?: string;
  /** The beginning of a patch's or commit's hash, which then has to be that job's. */
  hash?: string;
  /** Which of two changes. */
  label?: CandidateLabel;
  /** Only jobs that a label started are meant. */
  labelled?: true;
  /** The command exactly as it was written. */
  source: string;
}

const hash = /^(?:[0-9a-f]{7,31}|[0-9a-f]{33,64})$/;
/** 32 hex digits are an id of ours; what has another letter is one of a version 1.0 spec. */
const jobId = /^(?:[0-9a-f]{32}|(?=.*[g-zG-Z._-])[0-9A-Za-z._-]{8,64})$/;

/** Whether a word is the id of a job. */
export function isJobId(word: string): boolean {
  return jobId.test(word);
}

export function isControlVerb(word: string): word is ControlVerb {
  return controlVerbs.some((verb) => verb === word);
}

/** The command that these words make after a verb; the first word that makes none as `wrong`. */
export function controlCommand(
  verb: ControlVerb,
  words: readonly string[],
  source: string,
): { command: ControlCommand } | { wrong: string } {
  const command: ControlCommand = { verb, source };
  for (const word of words) {
    const label = verb === "apply" ? CandidateLabel.safeParse(word.toUpperCase()).data : undefined;
    if (command.label === undefined && label !== undefined) command.label = label;
    else if (command.job === undefined && jobId.test(word)) command.job = word;
    else if (takesHash(verb) && command.hash === undefined && hash.test(word.toLowerCase())) {
      command.hash = word.toLowerCase();
    } else return { wrong: word };
  }
  return { command };
}

function takesHash(verb: ControlVerb): boolean {
  return verb === "apply" || verb === "approve";
}
