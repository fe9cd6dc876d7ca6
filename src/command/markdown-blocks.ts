// Which lines of a comment are ordinary text at its top level: not code, not a quote, not a list, not HTML.
//
// A reader of CommonMark's block structure, line by line (https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy),
// with GitHub's tables and footnotes. Parsers that build a tree take quadratic time for hostile texts; this one
// does a bounded amount of work for each line. A test compares the two.

export interface BlockReader {
  /** Takes the next line; true when it is a line of a paragraph (or of a heading underlined later). */
  read(line: string): boolean;
  /** Whether the innermost open block is a paragraph, that a line could continue without a container's marker. */
  inParagraph(): boolean;
}

/** A block quote or list item that is open, and what it holds. */
interface Container {
  /** The line without the container's marker or indentation; undefined when it doesn't belong to it. */
  inner(line: string): string | undefined;
  reader: BlockReader;
}

/** Deeper nesting is taken as text of the container that holds it, which for the top level is all the same. */
const maxDepth = 12;

const listMarker = /^( {0,3})([-+*]|(\d{1,9})[.)])( +(?=\S)| *$)/;
const thematicBreak = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const atxHeading = /^ {0,3}#{1,6}(?: |$)/;
const fenceStart = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;
/** The second row of a table: it makes the line before it the head. https://github.github.com/gfm/#delimiter-row */
const tableDelimiter = /^ {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/;
/** A link's definition or a footnote, or the beginning of one. */
const definition = /^ {0,3}\[(?:[^\]\\]|\\.)*(?:\\?$|\]:)/;

const blockTags =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";
const attribute = "\\s+[A-Za-z_:][\\w.:-]*(?:\\s*=\\s*(?:[^\\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?";

/** How an HTML block begins and ends; the last two end at a blank line. */
const htmlBlocks: readonly { start: RegExp; end?: RegExp; interrupts: boolean }[] = [
  {
    start: /^ {0,3}<(?:pre|script|style|textarea)(?:\s|>|$)/i,
    end: /<\/(?:pre|script|style|textarea)>/i,
    interrupts: true,
  },
  { start: /^ {0,3}<!--/, end: /-->/, interrupts: true },
  { start: /^ {0,3}<\?/, end: /\?>/, interrupts: true },
  { start: /^ {0,3}<![A-Za-z]/, end: />/, interrupts: true },
  { start: /^ {0,3}<!\[CDATA\[/, end: /\]\]>/, interrupts: true },
  { start: new RegExp(`^ {0,3}</?(?:${blockTags})(?:\\s|/?>|$)`, "i"), interrupts: true },
  {
    start: new RegExp(
      `^ {0,3}<(?:[A-Za-z][A-Za-z0-9-]*(?:${attribute})*\\s*/?|/[A-Za-z][A-Za-z0-9-]*\\s*)>\\s*$`,
    ),
    interrupts: false,
  },
];

/** A reader for one comment, or for what a container in it holds. Lines come without tabs (see withoutTabs). */
export function createBlockReader(depth = 0): BlockReader {
  let container: Container | undefined;
  let fence: RegExp | undefined;
  /** The open HTML block's end; "blank" for one that ends at a blank line. */
  let html: RegExp | "blank" | undefined;
  /** "closed" for a paragraph whose lines are no text to read: a definition, a footnote, a table. */
  let paragraph: "none" | "open" | "closed" = "none";

  /** Whether a line begins something of its own rather than going on with a container's paragraph. */
  function startsBlock(line: string): boolean {
    return (
      /^ {0,3}>/.test(line) ||
      atxHeading.test(line) ||
      fenceStart.test(line) ||
      thematicBreak.test(line) ||
      htmlBlocks.some((block) => block.interrupts && block.start.test(line)) ||
      listMarker.test(line)
    );
  }

  /** An empty item can't interrupt a paragraph, nor can a numbered one unless it is the first. */
  function interruptsAsList(line: string): boolean {
    const marker = listMarker.exec(line);
    return (
      marker !== null &&
      marker[0].length < line.length &&
      (marker[3] === undefined || Number(marker[3]) === 1)
    );
  }

  function open(next: Container, rest: string): false {
    container = next;
    paragraph = "none";
    next.reader.read(rest);
    return false;
  }

  function leaf(line: string): boolean {
    if (fence) {
      if (fence.test(line)) fence = undefined;
      return false;
    }
    if (html !== undefined) {
      if (html === "blank" ? isBlank(line) : html.test(line)) html = undefined;
      return false;
    }
    if (isBlank(line)) {
      paragraph = "none";
      return false;
    }
    return start(line);
  }

  function start(line: string): boolean {
    const inText = paragraph !== "none";
    if (/^ {4}/.test(line)) return inText && paragraph === "open";
    if (depth < maxDepth && /^ {0,3}>/.test(line)) return open(...blockQuote(line, depth));
    if (atxHeading.test(line)) return endParagraph();
    const marks = fenceStart.exec(line);
    if (marks) {
      const run = marks[1] ?? marks[2] ?? "";
      fence = new RegExp(`^ {0,3}${run.charAt(0)}{${run.length},} *$`);
      return endParagraph();
    }
    const block = htmlBlocks.find((one) => (one.interrupts || !inText) && one.start.test(line));
    if (block) {
      html = block.end === undefined ? "blank" : block.end.test(line) ? undefined : block.end;
      return endParagraph();
    }
    if (inText && /^ {0,3}(?:=+|-+) *$/.test(line)) return endParagraph();
    if (thematicBreak.test(line)) return endParagraph();
    if (depth < maxDepth && (inText ? interruptsAsList(line) : listMarker.test(line))) {
      return open(...listItem(line, depth));
    }
    if (!inText) paragraph = definition.test(line) ? "closed" : "open";
    else if (beginsTable(line)) paragraph = "closed";
    return paragraph === "open";
  }

  function endParagraph(): false {
    paragraph = "none";
    return false;
  }

  return {
    read(line) {
      if (container) {
        const inner = container.inner(line);
        if (inner !== undefined) {
          container.reader.read(inner);
          return false;
        }
        if (container.reader.inParagraph() && !isBlank(line) && !startsBlock(line)) return false;
        container = undefined;
      }
      return leaf(line);
    },
    inParagraph: () => (container ? container.reader.inParagraph() : paragraph !== "none"),
  };
}

function blockQuote(line: string, depth: number): [Container, string] {
  const inner = (next: string): string | undefined => {
    const marker = /^ {0,3}> ?/.exec(next);
    return marker ? next.slice(marker[0].length) : undefined;
  };
  return [{ inner, reader: createBlockReader(depth + 1) }, inner(line) ?? ""];
}

function listItem(line: string, depth: number): [Container, string] {
  const [whole = "", indent = "", marker = "", , gap = ""] = listMarker.exec(line) ?? [];
  const isEmpty = whole.length === line.length;
  // Five spaces or more are one, and an indented code block.
  const width = indent.length + marker.length + (isEmpty || gap.length > 4 ? 1 : gap.length);
  let begun = !isEmpty;
  const inner = (next: string): string | undefined => {
    if (isBlank(next)) return begun ? "" : undefined;
    begun = true;
    return indentOf(next) >= width ? next.slice(width) : undefined;
  };
  return [{ inner, reader: createBlockReader(depth + 1) }, line.slice(width)];
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Whether this line, after a line of text, makes the two a table. */
export function beginsTable(line: string): boolean {
  return tableDelimiter.test(line) && !/^ *-+ *$/.test(line);
}

function isBlank(line: string): boolean {
  return /^ *$/.test(line);
}

/** Tabs as spaces up to the next multiple of four columns, as CommonMark counts them. */
export function withoutTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let out = "";
  for (const part of line.split(/(\t)/)) out += part === "\t" ? " ".repeat(4 - (out.length % 4)) : part;
  return out;
}
