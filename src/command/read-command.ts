// One command line, word by word: what it asks for, or what is wrong with it.
import type { CommandLines } from "./command-lines.ts";
import { isAgainVerb } from "./again.ts";
import { controlCommand, type ControlCommand, isControlVerb, isJobId } from "./control-command.ts";
import { defaultPipeline, maxGoalChars, options, verbs, type Option } from "./grammar.ts";
import { wishesOf, wrongValue } from "./option-values.ts";
import { isNamed, problem, type Problem } from "./problem.ts";
import type { JobCommand } from "./to-job-spec.ts";
import { createTokenReader, type Token } from "./tokens.ts";

export type ReadCommand =
  | { kind: "command"; command: JobCommand }
  | { kind: "control"; command: ControlCommand }
  | { kind: "help" }
  | { kind: "problems"; problems: Problem[] };

export interface Names {
  pipelines: readonly string[];
  agents: readonly string[];
}

/** Reads one command. Every problem of it is reported, not only the first. */
export function readCommand({ rest, details, source }: CommandLines, names: Names): ReadCommand {
  const reader = createTokenReader(rest);
  const problems: Problem[] = [];
  const given = new Map<Option["name"], string>();
  /** Pieces of free text, between which options stood. */
  const text: string[] = [];
  let textStart: number | undefined;
  let firstWord: string | undefined;

  function takeOption(token: Token & { kind: "option" }, option: Option): void {
    const flag = `--${option.name}`;
    if (given.has(option.name)) problems.push(problem.repeated(flag));
    if (option.value === undefined) {
      if (token.value !== undefined) problems.push(problem.takesNoValue(flag, token.value));
      given.set(option.name, "");
      return;
    }
    const value = token.value ?? reader.value() ?? "";
    given.set(option.name, value);
    const wrong =
      value.trim() === "" ? problem.missingValue(flag, option.value) : wrongValue(option.name, value, names);
    if (wrong !== undefined) problems.push(wrong);
  }

  for (let token = reader.next(); token; token = reader.next()) {
    const inText = textStart !== undefined;
    if (token.kind === "end") {
      // A dash between words; a text is not the place where a telephone turns "--" into one.
      if (inText && token.written !== "--") continue;
      // Before the text it only separates; inside of it, it belongs to it.
      textStart ??= reader.position();
      break;
    }
    if (token.kind === "option") {
      const name = token.name.toLowerCase();
      const option = options.find((known) => known.name === name);
      const isDash = !token.written.startsWith("--");
      // A dash before a word is punctuation in a text, unless it makes one of our options.
      if (!option && isDash && inText) continue;
      if (textStart !== undefined) text.push(rest.slice(textStart, token.start));
      if (option) takeOption(token, option);
      else problems.push(problem.unknownOption(token.written, inText));
      if (textStart !== undefined) textStart = reader.position();
      continue;
    }
    if (isMistypedOption(token.text, inText)) {
      problems.push(problem.unknownOption(token.text, inText));
      continue;
    }
    if (inText) continue;
    const word = token.text.toLowerCase().replace(/:$/, "");
    const isKnown = isNamed(word, verbs) || names.pipelines.includes(word);
    if (firstWord === undefined && isKnown) firstWord = word;
    else textStart = token.start;
  }
  if (textStart !== undefined) text.push(rest.slice(textStart));

  if (problems.length > 0) return { kind: "problems", problems };
  if (!given.has("help") && firstWord !== undefined && isControlVerb(firstWord)) {
    const [option] = given.keys();
    if (option !== undefined)
      return { kind: "problems", problems: [problem.noArgument(firstWord, `--${option}`)] };
    const words = text.flatMap((piece) => piece.split(/\s+/)).filter((word) => word !== "");
    const control = controlCommand(firstWord, words, source);
    if ("command" in control) return { kind: "control", command: control.command };
    return { kind: "problems", problems: [problem.noArgument(firstWord, control.wrong)] };
  }
  if (given.has("help") || firstWord === "help") return { kind: "help" };
  const first = text
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "")
    .join(" ");
  const goal = `${first}\n${details}`.trim();
  if (goal.length > maxGoalChars) return { kind: "problems", problems: [problem.tooLong(goal.length)] };
  const again = againOf(firstWord, goal, given.get("from"));
  if (again && "problem" in again) return { kind: "problems", problems: [again.problem] };
  return {
    kind: "command",
    command: {
      ...(again ?? { pipeline: firstWord ?? defaultPipeline, text: goal }),
      ...wishesOf(given),
      dryRun: given.has("dry-run"),
      source,
    },
  };
}

/** What `retry` or `continue` says; undefined for any other first word. */
function againOf(
  verb: string | undefined,
  text: string,
  from: string | undefined,
): Pick<JobCommand, "again" | "pipeline" | "text"> | { problem: Problem } | undefined {
  if (from !== undefined && verb !== "retry") return { problem: problem.onlyRetry("--from") };
  if (verb === undefined || !isAgainVerb(verb)) return undefined;
  const pipeline = defaultPipeline;
  if (verb === "continue") return { again: { verb }, pipeline, text };
  const again = { verb, ...(from !== undefined && { from }) };
  if (text === "") return { again, pipeline, text };
  return isJobId(text)
    ? { again: { ...again, job: text }, pipeline, text: "" }
    : { problem: problem.onlyJob(verb, text) };
}

/** `-dry-run`: with one hyphen it would be text, and a job that was to be dry would publish. */
function isMistypedOption(word: string, inText: boolean): boolean {
  if (!/^-[A-Za-z]/.test(word)) return false;
  const name = word.slice(1).replace(/=.*$/s, "").toLowerCase();
  return !inText || isNamed(name, options);
}
