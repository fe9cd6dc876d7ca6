// The words of a command as data: the parser, the help and the answers to mistakes all read them here.
import type { AgainVerb } from "./again.ts";

export interface Option {
  name: "agent" | "model" | "steps" | "base" | "branch" | "budget" | "vs" | "from" | "dry-run" | "help";
  /** What its value is called; undefined for an option without one. */
  value?: string;
  summary: string;
}

export const options: readonly Option[] = [
  { name: "agent", value: "NAME", summary: "run every step with this agent" },
  { name: "model", value: "MODEL", summary: "run every step with this model" },
  { name: "steps", value: "STEP,STEP", summary: "run only these steps of the pipeline" },
  { name: "base", value: "BRANCH", summary: "start from this branch, and open the pull request into it" },
  { name: "branch", value: "NAME", summary: "give the pull request's branch this name" },
  { name: "budget", value: "USD", summary: "the most that the job may cost" },
  { name: "vs", value: "NAME", summary: "let this agent make the change too, compare both, and choose one" },
  { name: "from", value: "STEP", summary: "with retry: keep what the steps before this one made" },
  { name: "dry-run", summary: "do everything, but publish only the comment: no branch, no pull request" },
  { name: "help", summary: "show this" },
];

export interface Verb {
  name: ControlVerb | AgainVerb | "help";
  /** What may follow it, as the help shows it. */
  argument?: string;
  summary: string;
}

/** First words that ask for no job but are about jobs that there are. They never wait behind one. */
export const controlVerbs = ["status", "cancel", "apply", "discard", "approve"] as const;
export type ControlVerb = (typeof controlVerbs)[number];

/** First words that are no pipelines. */
export const verbs: readonly Verb[] = [
  { name: "status", summary: "say what runs, waits or is held here" },
  { name: "cancel", argument: "[job]", summary: "end what runs and what waits here" },
  {
    name: "apply",
    argument: "[A or B] [job] [hash]",
    summary: "publish the patch that is held here, or one of two, after you have read it",
  },
  { name: "discard", argument: "[job]", summary: "drop what is held here" },
  {
    name: "approve",
    argument: "[job] [commit]",
    summary: "let a job begin, or go on, that waits for a person",
  },
  {
    name: "retry",
    argument: "[job]",
    summary: "run the last job that ended here again, from where things are now",
  },
  {
    name: "continue",
    argument: "text",
    summary: "let the agents of the last job here go on with these words",
  },
  { name: "help", summary: "show this" },
];

export const defaultPipeline = "default";
export const maxGoalChars = 5000;
export const maxCommands = 10;

/** What may be given as a model: it becomes an argument of a program, so it never begins with a hyphen. */
export const modelName = /^[A-Za-z0-9][A-Za-z0-9._:/@+[\]-]{0,127}$/;
