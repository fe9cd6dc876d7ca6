// What can be wrong with a command, in words that name it and show what would be right.
import { closest } from "fastest-levenshtein";
import { maxCommands, maxGoalChars, options } from "./grammar.ts";
import { code, quote } from "./quote.ts";

/** A sentence of Markdown that doesn't begin with a stranger's words. */
export type Problem = string;

const flags = options.map((option) => `--${option.name}`);

export const problem = {
  unknownOption(written: string, inText: boolean): Problem {
    const name = written.replace(/^[-\u2013\u2014]+/, "").toLowerCase();
    const nearest = closest(`--${name.slice(0, 40)}`, flags);
    const belongs = inText ? " If it belongs to the text, write `--` by itself before the text." : "";
    return `There is no option ${quote(written)}. Did you mean \`${nearest}\`? The options are ${list(flags)}.${belongs}`;
  },
  missingValue: (flag: string, value: string): Problem => `\`${flag}\` needs a value: \`${flag} ${value}\`.`,
  takesNoValue: (flag: string, value: string): Problem =>
    `\`${flag}\` takes no value, but was given ${quote(value)}. Write \`${flag}\` alone.`,
  repeated: (flag: string): Problem => `\`${flag}\` is there more than once. Give it once.`,
  unknownAgent(name: string, agents: readonly string[]): Problem {
    if (agents.length === 0) return `There is no agent ${quote(name)}: none is set up here.`;
    const nearest = closest(name.toLowerCase().slice(0, 40), agents);
    return `There is no agent ${quote(name)}. Did you mean ${code(nearest)}? The agents are ${list(agents)}.`;
  },
  badModel: (name: string): Problem =>
    `The model ${quote(name)} can't be: a name has letters, digits and \`. _ : / @ + [ ] -\`, begins with a letter or digit, and is at most 128 characters long.`,
  badBranch: (flag: string, name: string): Problem =>
    `\`${flag}\` can't be ${quote(name)}: git takes no branch of that name. Letters, digits and \`. _ / -\` are safe.`,
  badBudget: (value: string): Problem =>
    `\`--budget\` takes an amount in US dollars that is more than nothing, such as \`2.50\`, not ${quote(value)}.`,
  badSteps: (value: string): Problem =>
    `${quote(value)} names no step: write their names with commas between them and no spaces, such as \`--steps plan,implement\`.`,
  onlyRetry: (flag: string): Problem =>
    `\`${flag}\` says from which step \`retry\` is to go on, and goes with nothing else.`,
  noArgument: (verb: string, written: string): Problem =>
    `\`${verb}\` takes the id of a job and the beginning of a hash at most, not ${quote(written)}. If it is the first word of what is wanted, write \`--\` before it.`,
  onlyJob: (verb: string, written: string): Problem =>
    `\`${verb}\` takes the id of a job at most, not ${quote(written)}. If it is the first word of what is wanted, write \`--\` before it.`,
  noText: "`continue` needs the words with which the agents are to go on. `retry` runs the same again.",
  tooLong: (length: number): Problem =>
    `The text is ${count(length)} characters long; at most ${count(maxGoalChars)} are possible. Put the details into the description of the issue, which the agents read too, or into an earlier comment.`,
  tooMany: (commands: number): Problem =>
    `There are ${count(commands)} commands in that comment; at most ${maxCommands} are possible.`,
};

/** Whether a word is the name of one of these. */
export function isNamed(word: string, named: readonly { name: string }[]): boolean {
  return named.some(({ name }) => name === word);
}

function list(names: readonly string[]): string {
  return names.map(code).join(", ");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
