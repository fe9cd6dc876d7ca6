// A command as a person would write it: what parse() reads back as the same.
import { defaultPipeline } from "./grammar.ts";
import type { JobCommand } from "./to-job-spec.ts";

/** The command line, its text after `--` where a word of it could be taken for something else. */
export function formatCommand(command: Omit<JobCommand, "source">, trigger: string): string {
  const { pipeline, again, agent, model, steps, base, branch, budgetUsd, versus, dryRun, text } = command;
  const word = again?.verb ?? pipeline;
  const head = [
    trigger,
    ...(word === defaultPipeline ? [] : [word]),
    ...(again?.job === undefined ? [] : [again.job]),
    ...(agent === undefined ? [] : ["--agent", agent]),
    ...(model === undefined ? [] : ["--model", model]),
    ...(steps === undefined ? [] : ["--steps", steps.join(",")]),
    ...(base === undefined ? [] : ["--base", base]),
    ...(branch === undefined ? [] : ["--branch", branch]),
    ...(budgetUsd === undefined ? [] : ["--budget", String(budgetUsd)]),
    ...(versus === undefined ? [] : ["--vs", versus]),
    ...(again?.from === undefined ? [] : ["--from", again.from]),
    ...(dryRun ? ["--dry-run"] : []),
  ];
  if (text === "") return head.join(" ");
  // With a pipeline named and no dash, quote or backtick, every word is text.
  const isPlain = word !== defaultPipeline && /^[^\s"'`\u2013\u2014-][^"`\u2013\u2014-]*$/.test(text);
  return [...head, ...(isPlain ? [] : ["--"]), text].join(" ");
}
