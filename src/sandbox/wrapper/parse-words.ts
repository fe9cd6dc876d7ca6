// The operator's command line of a wrapper, as words. Pure.

/**
 * Splits at spaces; "…" and '…' keep them, a backslash keeps the next character. Nothing is expanded. Undefined when a
 * quote is left open or nothing is there.
 */
export function parseWords(text: string): [string, ...string[]] | undefined {
  const words: string[] = [];
  const word = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/y;
  let at = 0;
  for (let found = word.exec(text); found; found = word.exec(text)) {
    at = word.lastIndex;
    const raw = found[1] ?? "";
    words.push(
      raw.replaceAll(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
        (_all, single?: string, double?: string, one?: string) =>
          single ?? double?.replaceAll(/\\(.)/g, "$1") ?? one ?? "",
      ),
    );
  }
  const [first, ...rest] = words;
  return first === undefined || text.slice(at).trim() !== "" ? undefined : [first, ...rest];
}
