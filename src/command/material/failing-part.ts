// Of a long log what is worth reading: the lines that lead to its first error, and its end. Pure.

/** As GitHub Actions writes each line: a time in UTC, then the text. */
const stamp = /^\uFEFF?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /;
// Colours and the like: ECMA-48, control sequences.
const controls = /\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const failure =
  /^##\[error\]|^(?:\S*Error|FAIL(?:ED)?|Assertion\w*|panicked|fatal|✗|×)\b|^not ok\b|\berror(?:\[\w+\])?: /;

const linesBefore = 40;
const linesAfter = 60;
const linesAtEnd = 30;

/** At most `maxChars`; what is left out is marked. */
export function failingPart(log: string, maxChars: number): string {
  const lines = log.split(/\r?\n/).map((line) => line.replace(stamp, "").replace(controls, ""));
  while (lines.at(-1)?.trim() === "") lines.pop();
  const at = lines.findIndex((line) => failure.test(line.trim()));
  const end = Math.max(0, lines.length - linesAtEnd);
  const from = at === -1 ? end : Math.max(0, at - linesBefore);
  const to = at === -1 ? lines.length : Math.min(lines.length, at + linesAfter);
  const parts = [
    ...gap(from),
    ...lines.slice(from, to),
    ...gap(Math.max(0, end - to)),
    ...lines.slice(Math.max(to, end)),
  ];
  const text = parts.join("\n");
  if (text.length <= maxChars) return text;
  const half = Math.floor((maxChars - 40) / 2);
  return `${text.slice(0, half).toWellFormed()}\n[… shortened …]\n${text.slice(-half).toWellFormed()}`;
}

function gap(lines: number): string[] {
  return lines > 0 ? [`[… ${lines} lines …]`] : [];
}
