// Which lines of a paragraph begin inside a code span, an HTML comment or a tag that began on a line before.
// https://spec.commonmark.org/0.31.2/#code-spans and #raw-html

const tag =
  /<(?:[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?|\/[A-Za-z][A-Za-z0-9-]*\s*)>/y;

/** HTML that isn't a tag: how it begins and what ends it. */
const declarations: readonly { start: string; end: string }[] = [
  { start: "<!--", end: "-->" },
  { start: "<![CDATA[", end: "]]>" },
  { start: "<?", end: "?>" },
  { start: "<!", end: ">" },
];

/** Of each line whether its beginning is visible text. The work is linear in the paragraph's length. */
export function visibleStarts(lines: readonly string[]): boolean[] {
  const text = lines.join("\n");
  const hidden = hiddenRanges(text);
  let range = 0;
  let at = 0;
  return lines.map((line) => {
    while ((hidden[range]?.end ?? Infinity) <= at) range++;
    const isVisible = (hidden[range]?.start ?? Infinity) >= at;
    at += line.length + 1;
    return isVisible;
  });
}

interface Range {
  start: number;
  end: number;
}

function hiddenRanges(text: string): Range[] {
  const ranges: Range[] = [];
  const codeEnd = createCodeEnds(text);
  const find = createFinder(text);
  const special = /[\\`<]/g;
  for (let found = special.exec(text); found; found = special.exec(text)) {
    const at = found.index;
    if (found[0] === "\\") {
      special.lastIndex = at + 2;
      continue;
    }
    if (found[0] === "`") {
      const { runEnd, end } = codeEnd(at);
      if (end !== undefined) ranges.push({ start: at, end });
      special.lastIndex = end ?? runEnd;
      continue;
    }
    const end = htmlEnd(text, at, find);
    if (end === undefined) continue;
    ranges.push({ start: at, end });
    special.lastIndex = end;
  }
  return ranges;
}

function htmlEnd(text: string, at: number, find: Finder): number | undefined {
  const declaration = declarations.find(({ start }) => text.startsWith(start, at));
  if (declaration) {
    const { start, end } = declaration;
    // `<!-->` and `<!--->` are whole comments.
    const from = start === "<!--" ? at + 2 : at + start.length;
    const close = find(end, from);
    return close === -1 ? undefined : close + end.length;
  }
  tag.lastIndex = at;
  const found = tag.exec(text);
  return found ? at + found[0].length : undefined;
}

type Finder = (what: string, from: number) => number;

/** `indexOf` that doesn't look through the rest of the text again once it has found nothing there. */
function createFinder(text: string): Finder {
  const missing = new Set<string>();
  return (what, from) => {
    if (missing.has(what)) return -1;
    const at = text.indexOf(what, from);
    if (at === -1) missing.add(what);
    return at;
  };
}

/** Returns a function that tells where the code span ends whose backticks begin at a place, if it ends at all. */
function createCodeEnds(text: string) {
  /** Length of a run of backticks → where such runs end, the last first. */
  const runs = new Map<number, number[]>();
  for (const { index, 0: run } of [...text.matchAll(/`+/g)].toReversed()) {
    const ends = runs.get(run.length) ?? [];
    ends.push(index + run.length);
    runs.set(run.length, ends);
  }
  return (at: number): { runEnd: number; end: number | undefined } => {
    let runEnd = at;
    while (text[runEnd] === "`") runEnd++;
    const ends = runs.get(runEnd - at) ?? [];
    while ((ends.at(-1) ?? Infinity) <= runEnd) ends.pop();
    return { runEnd, end: ends.at(-1) };
  };
}
