// The answer to `/agent help`, made from the grammar's own data so that the two can't drift apart.
import { formatCommand } from "./format.ts";
import { defaultPipeline, maxGoalChars, options, verbs } from "./grammar.ts";
import { code, plainCell } from "./quote.ts";

export interface HelpOptions {
  pipelines: readonly { name: string; summary: string }[];
  agents: readonly string[];
  trigger: string;
}

/** Markdown: pipelines, options and examples. No line of it can be read as a command. */
export function helpText({ pipelines, agents, trigger }: HelpOptions): string {
  const pipelineRows = pipelines.map(({ name, summary }) => [
    code(`${trigger} ${name}`),
    `${plainCell(summary)}${name === defaultPipeline ? " (also without its name)" : ""}`,
  ]);
  const verbRows = verbs.map(({ name, argument, summary }) => [
    code([trigger, name, ...(argument === undefined ? [] : [argument])].join(" ")),
    plainCell(summary),
  ]);
  const optionRows = options
    .filter((option) => option.name !== "help")
    .map(({ name, value, summary }) => [
      code(value === undefined ? `--${name}` : `--${name} ${value}`),
      `${plainCell(summary)}${name === "agent" && agents.length > 0 ? `: ${agents.map(code).join(", ")}` : ""}`,
    ]);
  return [
    "### How to ask",
    `Write ${code(`${trigger} [pipeline] [options] [text]`)} at the start of a line of a comment. ` +
      "The text says what is wanted; without one it is the title. It may go on over the lines that follow, " +
      `up to ${maxGoalChars.toLocaleString("en-US")} characters.`,
    table(["Command", "What it does"], [...pipelineRows, ...verbRows]),
    table(["Option", "What it does"], optionRows),
    "For example:",
    examples({ pipelines, agents, trigger })
      .map((example) => `- ${code(example)}`)
      .join("\n"),
    `In a review thread the remark that began it is what is wanted, and on a pull request ${code(`${trigger} address all`)} means ` +
      "every thread that is open. " +
      "Several commands in one comment start several jobs. A `--` by itself ends the options, so that the text may hold anything. " +
      "Quotes, lists and code blocks are never read as commands.",
  ].join("\n\n");
}

function examples({ pipelines, agents, trigger }: HelpOptions): string[] {
  const other = pipelines.find(({ name }) => name !== defaultPipeline)?.name ?? defaultPipeline;
  const agent = agents[0];
  return [
    { pipeline: defaultPipeline, text: "", dryRun: false },
    { pipeline: other, text: "the login test fails on Mondays", dryRun: false },
    ...(agent === undefined
      ? []
      : [{ pipeline: other, agent, text: "the basket that stays empty", dryRun: true }]),
  ].map((example) => formatCommand(example, trigger));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
