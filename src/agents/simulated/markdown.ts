// The little Markdown that the simulated agent's reports are made of. What it quotes stays inert.

/** An inline code span that holds the text whatever is in it, on one line and cut at `maxChars`. */
export function code(text: string, maxChars = 160): string {
  const flat = shorten(text, maxChars);
  const fence = "`".repeat(longestRun(flat) + 1);
  const pad = flat.startsWith("`") || flat.endsWith("`") ? " " : "";
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** A code span for a cell of a table, where a bar would end the cell. */
export function cell(text: string, maxChars = 80): string {
  return code(text, maxChars).replaceAll("|", "\\|");
}

/** A code block: nothing in it is a mention, a reference or a heading. */
export function codeBlock(text: string, maxChars = 1000): string {
  const shown = text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
  const fence = "`".repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}text\n${shown.trim()}\n${fence}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `3 files`, `1 file`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** On one line, without control characters, at most `maxChars` characters. */
export function shorten(text: string, maxChars: number): string {
  const flat = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return flat.length <= maxChars ? flat : `${flat.slice(0, maxChars - 1).trimEnd()}…`;
}

/** What every report of the simulated agent ends with. */
export function simulatedNote(standsInFor: string): string {
  const whom = standsInFor === "simulated" ? "" : ` in place of ${code(standsInFor)}`;
  return `> **Simulated${whom}:** no model was asked. Patchbay did this by fixed rules; \`ENABLE_REAL_CLI=1\` runs real agents.`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
