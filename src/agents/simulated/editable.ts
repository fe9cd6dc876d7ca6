// Which files the simulated agent may edit, and how one of their lines is marked.

/** Never touched: what runs in CI or on a developer's machine, what programs write, other people's words. */
const untouchable =
  /(?:^|\/)(?:\.[^/]*(?:\/|$)|CODEOWNERS$|LICEN[CS]E[^/]*$|COPYING[^/]*$|fixtures\/|testdata\/)|[-.]lock(?:\.[^/]*|b)?$|\.sum$|\.min\.[^/]+$|\.snap$/i;

const generated = /@generated|DO NOT EDIT|auto-?generated/i;

interface CommentStyle {
  open: string;
  close: string;
  /** A line at the margin before which a comment can stand. */
  anchor: RegExp;
  /** What encloses text over several lines: an anchor after an odd number of these is inside of it. */
  quote: RegExp;
}

const slashes: CommentStyle = {
  open: "// ",
  close: "",
  anchor:
    /^(?:export|public|private|protected|internal|static|async|abstract|final|sealed|function|class|interface|type|enum|const|let|var|func|fun|fn|pub|impl|struct|trait|object|data|describe|it|test)\b/,
  quote: /`/g,
};
const hashes: CommentStyle = {
  open: "# ",
  close: "",
  anchor: /^(?:def|class|async def|module)\b/,
  quote: /"""|'''/g,
};
const dashes: CommentStyle = { open: "-- ", close: "", anchor: /^(?:create|alter|select)\b/i, quote: /'/g };
const css: CommentStyle = { open: "/* ", close: " */", anchor: /^[.#@:a-zA-Z][^;]*\{/, quote: /\/\*|\*\//g };
const markdown: CommentStyle = {
  open: "> **To do",
  close: "",
  anchor: /^#{1,6} /,
  quote: /^(?:```|~~~)/gm,
};

const styles: Record<string, CommentStyle> = {
  ...Object.fromEntries(
    "ts tsx mts cts js jsx mjs cjs java kt kts go rs c h cc cpp hpp cs swift scala dart"
      .split(" ")
      .map((ending) => [ending, slashes]),
  ),
  py: hashes,
  rb: hashes,
  sql: dashes,
  css,
  scss: css,
  md: markdown,
};

/** Whether the agent may change this file at all. */
export function isEditable(path: string, text: string): boolean {
  return !untouchable.test(path) && !generated.test(text.slice(0, 2000));
}

export interface Mark {
  /** The whole text of the file with the mark. */
  text: string;
  /** The line that holds it, counted from 1. */
  line: number;
  /** False when it stood there already. */
  isNew: boolean;
}

/** Puts a one-line mark before the declaration (after the heading) that `nearLine` belongs to; undefined: no place. */
export function markLine(path: string, text: string, nearLine: number, note: string): Mark | undefined {
  const style = styles[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];
  if (!style) return undefined;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(eol);
  const isHeading = style === markdown;
  const mark = isHeading
    ? `${style.open} (simulated):** ${note}`
    : `${style.open}TODO (simulated): ${note}${style.close}`;
  const standing = lines.indexOf(mark);
  if (standing !== -1) return { text, line: standing + 1, isNew: false };

  const anchors = lines.flatMap((line, index) => (style.anchor.test(line) ? [index] : []));
  const free = anchors.filter((index) => !insideQuote(lines.slice(0, index), style.quote));
  const chosen = free.findLast((index) => index < nearLine) ?? free[0];
  if (chosen === undefined) return undefined;
  if (isHeading) {
    const marked = [...lines.slice(0, chosen + 1), "", mark, ...lines.slice(chosen + 1)];
    return { text: marked.join(eol), line: chosen + 3, isNew: true };
  }
  const at = aboveItsComment(lines, chosen);
  const marked = [...lines.slice(0, at), mark, ...lines.slice(at)];
  return { text: marked.join(eol), line: at + 1, isNew: true };
}

function insideQuote(before: readonly string[], quote: RegExp): boolean {
  return [...before.join("\n").matchAll(quote)].length % 2 === 1;
}

/** Where a declaration begins with the comments and decorators that belong to it. */
function aboveItsComment(lines: readonly string[], declaration: number): number {
  let at = declaration;
  while (at > 0 && /^(?:\/\/|\/\*| \*|#|--|@)/.test(lines[at - 1] ?? "") && !lines[at - 1]?.startsWith("#!"))
    at--;
  return at;
}
