// What a comment asks for. Pure; this doc comment is the specification:
//
//   comment   = any lines of Markdown; each line that begins with the trigger begins a command
//   command   = trigger [":" | ","] { option } [ pipeline | "help" ] { option | word } [ "--" text ]
//               followed by lines of further text, up to the next command or the comment's end
//             | trigger [":" | ","] { option } ( "retry" [ job's id ] | "continue" text ), "--from" with retry
//             | trigger [":" | ","] control { job's id | hash }
//   control   = "status" | "cancel" | "apply" | "discard" | "approve"
//   option    = "--agent" value | "--model" value | "--steps" value | "--base" value | "--branch" value
//             | "--budget" value | "--from" value | "--dry-run" | "--help"
//   value     = word | quoted, after a space or "="
//
//   /agent                                       the default pipeline, the goal is the title
//   /agent the login test fails on Mondays       the default pipeline with this goal
//   /agent quick rename the cart to basket       the pipeline "quick"
//   /agent --agent codex --dry-run plan          options may stand before and after the pipeline …
//   /agent plan a new cart --model "gpt-5"       … and after the text
//   /agent -- plan what --agent means            after "--" everything is text
//   /agent fix --steps plan,implement            without the pipeline's other steps
//   /agent --base release/2 --branch hot-fix     from another branch, to a branch of this name
//   /agent --budget 2.50                         ended when it has cost that many US dollars
//   /agent retry --agent codex                   the last job that ended here, again, with another agent
//   /agent retry --from review                   the same, with what the steps before its review made
//   /agent continue say it in the README too     its agents go on with these words
//   /agent help                                  an answer, no job
//   /agent apply 1a2b3c4d5e6f                    the held patch of this hash is published
//   /agent -- apply prettier to all files        the default pipeline with a goal that begins so
//
// Where: at the start of a line, indented by at most three spaces, in ordinary text at the comment's top level.
// Never in fenced or indented code, code spans, block quotes, lists, tables, footnotes, headings with "#", HTML
// blocks, tags and comments, nor inside <details>, <blockquote>, <table> and the like. The trigger is compared
// without case and must end where the word ends: `/agents` and `/agent-foo` are other words.
//
// Words: the first one is a pipeline or verb if it names one (without case, a colon may follow), else text begins
// there. Options are recognised before the text and in its first line too, but not inside of `code` and
// "quotations"; what looks like an option and is none is a mistake. Telephones turn "--" into a dash: — and – before
// an option's name count as "--". One hyphen (`-dry-run`) is a mistake rather than text, lest a job that was to be
// dry should publish. Names of options and agents are compared without case. Characters that can't be seen are taken
// out first.
//
// A comment is done as a whole or not at all: if any of its commands is wrong, none is run and one reply names every
// mistake. Their place in `commands` is the ordinal from which job ids derive.
import { type CommandLines, findCommandLines } from "./command-lines.ts";
import { maxCommands } from "./grammar.ts";
import { type HelpOptions, helpText } from "./help.ts";
import { problem, type Problem } from "./problem.ts";
import { code } from "./quote.ts";
import { readCommand } from "./read-command.ts";
import type { ControlCommand } from "./control-command.ts";
import type { JobCommand } from "./to-job-spec.ts";

/** A job that is asked for, or a word about jobs that there are. */
export type Command = JobCommand | ControlCommand;

export type Parsed =
  | { kind: "ignore" }
  | { kind: "reply"; body: string }
  | { kind: "commands"; commands: Command[] };

export interface ParseOptions {
  /** As `/agent help` shows them; names in lower case. */
  pipelines: HelpOptions["pipelines"];
  /** Names in lower case. */
  agents: readonly string[];
  /** The word that begins a command. */
  trigger?: string;
}

/** Reads one comment. Never throws; takes time linear in the comment's length. */
export function parse(body: string, { pipelines, ...options }: ParseOptions): Parsed {
  return readComment(body, options)?.(pipelines) ?? { kind: "ignore" };
}

/** The same in two steps, for who knows the pipelines only once there is something to read; undefined when there is nothing. */
export function readComment(
  body: string,
  { agents, trigger = "/agent" }: Omit<ParseOptions, "pipelines">,
): ((pipelines: ParseOptions["pipelines"]) => Exclude<Parsed, { kind: "ignore" }>) | undefined {
  const found = findCommandLines(body, trigger);
  if (found.length === 0) return undefined;
  return (pipelines) => readLines(found, { pipelines, agents, trigger });
}

function readLines(
  found: readonly CommandLines[],
  { pipelines, agents, trigger }: Required<ParseOptions>,
): Exclude<Parsed, { kind: "ignore" }> {
  if (found.length > maxCommands) return mistakes([problem.tooMany(found.length)], found.length, trigger);

  const names = { pipelines: pipelines.map(({ name }) => name), agents };
  const read = found.map((lines) => readCommand(lines, names));
  const problems = read.flatMap((one) => (one.kind === "problems" ? one.problems : []));
  if (problems.length > 0) return mistakes(problems, found.length, trigger);

  const commands = read.flatMap((one) =>
    one.kind === "command" || one.kind === "control" ? [one.command] : [],
  );
  if (commands.length === read.length) return { kind: "commands", commands };
  const others =
    commands.length > 0
      ? "\n\nThe comment asked for help, so the other commands in it were not run. Ask for them in a new comment."
      : "";
  return { kind: "reply", body: helpText({ pipelines, agents, trigger }) + others };
}

function mistakes(
  problems: readonly Problem[],
  commands: number,
  trigger: string,
): Extract<Parsed, { kind: "reply" }> {
  const named = problems.length === 1 ? problems.join("") : problems.map((one) => `- ${one}`).join("\n");
  const nothing = commands > 1 ? "None of the comment's commands was run." : "Nothing was started.";
  return {
    kind: "reply",
    body: `${named}\n\n${nothing} Correct it and ask again in a new comment; ${code(`${trigger} help`)} shows what is possible.`,
  };
}
