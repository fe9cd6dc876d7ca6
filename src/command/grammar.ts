// The words of a command as data: the parser, the help and the answers to mistakes all read them here.

export interface Option {
  name: "agent" | "model" | "dry-run" | "help";
  /** What its value is called; undefined for an option without one. */
  value?: string;
  summary: string;
}

export const options: readonly Option[] = [
  { name: "agent", value: "NAME", summary: "run every step with this agent" },
  { name: "model", value: "MODEL", summary: "run every step with this model" },
  { name: "dry-run", summary: "do everything, but publish only the comment: no branch, no pull request" },
  { name: "help", summary: "show this" },
];

export interface Verb {
  name: "help";
  summary: string;
}

/** First words that are no pipelines. */
export const verbs: readonly Verb[] = [{ name: "help", summary: "show this" }];

export const defaultPipeline = "default";
export const maxGoalChars = 5000;
export const maxCommands = 10;

/** What may be given as a model: it becomes an argument of a program, so it never begins with a hyphen. */
export const modelName = /^[A-Za-z0-9][A-Za-z0-9._:/@+[\]-]{0,127}$/;
