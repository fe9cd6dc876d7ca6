// Text that would keep a Markdown parser busy: nobody writes it, and rendering must not hold up everything else.

/** Block markers on one line, and how deep a list may be indented. */
const maxNesting = 10;
const maxIndent = 40;

/** Characters that open or close something inline, from one blank line to the next. A parser's time grows with the square. */
const maxInText = 2000;
const maxInFence = 4000;

/** Whether a text is better shown as it is than read as Markdown. By counting alone, so that the answer never varies. */
export function isTangled(text: string): boolean {
  const nested = new RegExp(`^(?:[ \\t]*(?:>|[-*+]|\\d{1,9}[.)])){${maxNesting}}`, "m");
  const indented = new RegExp(`^[ ]{${maxIndent},}(?:>|[-*+] |\\d{1,9}[.)] )`, "m");
  if (nested.test(text) || indented.test(text)) return true;
  let inFence = false;
  let count = 0;
  for (const line of text.split("\n")) {
    if (/^ {0,3}(?:`{3}|~{3})/.test(line)) inFence = !inFence;
    else if (line.trim() === "") count = 0;
    else count += line.match(/[[\]*_`<!&~]/g)?.length ?? 0;
    if (count > (inFence ? maxInFence : maxInText)) return true;
  }
  return false;
}
