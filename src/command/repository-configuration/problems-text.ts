// What is wrong with `.github/agent.yml`, in words.
import { plainCell, quote } from "../quote.ts";
import { configurationPath, type ConfigurationProblem } from "./read.ts";

/** Markdown: each problem with its line and column. */
export function problemLines(problems: readonly ConfigurationProblem[]): string {
  const lines = problems.map(({ line, column, field, message }) => {
    const where = field === "" ? "" : ` ${quote(field)} ·`;
    return `- **line ${line}, column ${column}** ·${where} ${plainCell(message, 300)}`;
  });
  return lines.join("\n");
}

/** Markdown: for whoever asked in vain. */
export function problemsText(problems: readonly ConfigurationProblem[]): string {
  return (
    `\`${configurationPath}\` on the default branch can't be read, so nothing was started:\n\n${problemLines(problems)}\n\n` +
    "Mend it there (`patchbay config check` shows the same), then ask again."
  );
}
