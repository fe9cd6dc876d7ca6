// Markdown and HTML that GitHub doesn't show: comments, declarations, attributes, image descriptions, link titles and
// definitions. What people can't see must not reach a model; where it is unclear whether they can, it goes.
//
// Fenced code is left alone where its fence stands at the margin and no "<" stands before it in the same paragraph:
// there no HTML block, list, table or footnote can make GitHub read it differently (CommonMark 0.31, 4.5 and 4.6).

/** Comments, CDATA, declarations, processing instructions: what is unterminated reaches to the end. */
const hiddenRange = /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<[!?][^>]*(?:>|$)/g;

/** HTML blocks that go on across blank lines: after one of these no fence is believed. */
const longBlock = /<(?:pre|script|style|textarea)\b|<\?/i;

interface Fence {
  start: number;
  end: number;
}

/** The text without its hidden parts; each leaves a space, so that nothing new comes together around it. */
export function stripHiddenMarkup(text: string): string {
  let shown = "";
  let at = 0;
  let believed = true;
  let plain = true;
  while (at < text.length) {
    const fence: Fence | undefined = believed ? findFence(text, at, plain) : undefined;
    const stop = fence?.start ?? text.length;
    const outside = removeRanges(text, at, stop);
    const isLong = longBlock.test(text.slice(at, outside.end));
    if (isLong && fence) {
      believed = false;
      continue;
    }
    shown += stripParagraphs(outside.shown, isLong || !believed);
    at = outside.end;
    plain = fence !== undefined && at === fence.start;
    if (!plain || !fence) continue;
    shown += text.slice(fence.start, fence.end);
    at = fence.end;
  }
  return shown;
}

/**
 * The next fenced code block that begins at or after `from`. `isPlain` tells whether the lines before it, back to the
 * last blank one, hold no "<".
 */
function findFence(text: string, from: number, isPlain: boolean): Fence | undefined {
  let plain = isPlain;
  const lines = /[^\n]*(?:\n|$)/g;
  lines.lastIndex = from;
  for (let match = lines.exec(text); match && match[0] !== ""; match = lines.exec(text)) {
    const start = match.index;
    const atMargin = start === 0 || text[start - 1] === "\n";
    const marks = atMargin ? /^(`{3,}(?=[^`]*$)|~{3,})/.exec(match[0])?.[1] : undefined;
    if (plain && marks !== undefined) return { start, end: fenceEnd(text, start, marks) };
    plain = match[0].trim() === "" ? atMargin || plain : plain && !match[0].includes("<");
  }
  return undefined;
}

function fenceEnd(text: string, start: number, marks: string): number {
  const closing = new RegExp(`\\n {0,3}${marks.slice(0, 1)}{${marks.length},}[ \\t]*(?=\\n|$)`, "g");
  closing.lastIndex = start;
  const closed = closing.exec(text);
  return closed ? closed.index + closed[0].length : text.length;
}

/** Removes the ranges that begin between `from` and `stop`; `end` lies after `stop` when the last one reaches there. */
function removeRanges(text: string, from: number, stop: number): { shown: string; end: number } {
  let shown = "";
  let at = from;
  const pattern = new RegExp(hiddenRange);
  while (at < stop) {
    pattern.lastIndex = at;
    const range = pattern.exec(text);
    if (!range || range.index >= stop) return { shown: shown + text.slice(at, stop), end: stop };
    shown += `${text.slice(at, range.index)} `;
    at = range.index + range[0].length;
  }
  return { shown, end: at };
}

function stripParagraphs(text: string, inLongBlock: boolean): string {
  const paragraphs = text.split(/(\n[ \t]*\n)/);
  return paragraphs
    .map((part, index) => (index % 2 === 1 ? part : stripParagraph(part, inLongBlock)))
    .join("");
}

/** `![description](…)`, `](target "title")` and `[label]: target "title"`. */
const imageDescription = /!\[(?:[^[\]]|\[[^[\]]*\]){1,2000}\](?=[([])/g;
const linkTitle = /(\]\(\s{0,10}(?:<[^<>\n]*>|[^\s()<>]+))\s{1,10}(?:"[^"]*"|'[^']*'|\([^()]*\))\s{0,10}\)/g;
const definition =
  /^([ >]{0,12})\[([^[\]]{1,999})\]:[ \t]*\n?[ \t]*(\S+)(?:[ \t]*\n?[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*$/gm;

function stripParagraph(paragraph: string, inLongBlock: boolean): string {
  const isHtml = inLongBlock || /^[\s>*+\d.)-]*<[a-z/]/im.test(paragraph);
  const tagless =
    !paragraph.includes("<") || (!isHtml && onlyInCode(paragraph)) ? paragraph : stripTags(paragraph, isHtml);
  return tagless
    .replaceAll(imageDescription, "![]")
    .replaceAll(linkTitle, "$1)")
    .replaceAll(definition, (_whole, margin: string, label: string, target: string) =>
      // A reference that a text uses has a short name and leads somewhere.
      /^\S{1,60}$/.test(label) && /^<?(?:https?:\/\/|mailto:|\.{0,2}\/)/.test(target)
        ? `${margin}[${label}]: ${target}`
        : margin,
    );
}

/** Whether each "<" stands in a code span that begins and ends on its line, however the lines belong together. */
function onlyInCode(paragraph: string): boolean {
  if (/\\`|\||``/.test(paragraph)) return false;
  const balanced = paragraph.split("\n").every((line) => line.split("`").length % 2 === 1);
  return balanced && !paragraph.replaceAll(/`[^`\n]*`/g, "").includes("<");
}

/** A tag with attributes: as CommonMark defines it (section 6.6), and as a browser takes it inside of an HTML block. */
const strictTag =
  /<([a-z][a-z0-9-]{0,40})((?:\s+[a-z_:][\w.:-]{0,100}(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)+)\s*\/?>/gi;
const looseTag = /<([a-z][a-z0-9-]{0,40})((?:[\s/"'](?:"[^"]*"|'[^']*'|[^>"'])*|[^\sa-z0-9>/-][^>]*)?)>/gi;
const oddTag = /<\/?[a-z][^>]*["'][^>]*>|<\/(?![a-z][a-z0-9-]*\s*>)[^>]*>/gi;
const shownAttribute = /\s(?:href|src)\s*=\s*(?:"[^"\s<>]*"|'[^'\s<>]*'|[^\s"'=<>`]+)/gi;

function stripTags(paragraph: string, isHtml: boolean): string {
  if (!paragraph.includes(">")) return paragraph;
  const keep = (_whole: string, name: string, attributes: string): string =>
    `<${name}${(attributes.match(shownAttribute) ?? []).join("").replaceAll(/\s+/g, " ")}>`;
  if (!isHtml) return paragraph.replaceAll(strictTag, keep);
  return paragraph
    .replaceAll(looseTag, keep)
    .replaceAll(oddTag, (tag) => (/^<[a-z]+(?: (?:href|src)=\S+)*>$/i.test(tag) ? tag : " "));
}
