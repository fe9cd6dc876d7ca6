// Where code stands in a Markdown text, as GitHub will read it too.
import { fromMarkdown } from "mdast-util-from-markdown";

export interface Region {
  start: number;
  end: number;
  /**
   * sure: shown as it is, whichever parser reads it; unsure: code by CommonMark, but GitHub's tables and footnotes
   * may see text; definition: what a reference link leads to; fold: one half of a well-formed details pair.
   */
  kind: "sure" | "unsure" | "definition" | "fold";
}

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root["children"][number];

const opener =
  /^<details(?: open)?>\s*(?:<summary>(?:<b>[^<>@&\n]{0,100}<\/b>)?[^<>@&\n]{0,200}<\/summary>)?\s*$/;
const closer = /^<\/details>\s*$/;

/** The regions of a text in their order; none overlap. What lies between them is ordinary text. */
export function regionsOf(text: string): Region[] {
  const root = fromMarkdown(text);
  const regions: Region[] = [...foldsOf(root)];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const { start, end } = extentOf(node);
    if (node.type === "code") {
      const isFenced = /^(?:`{3}|~{3})/.test(text.slice(start, end));
      regions.push({ start, end, kind: isFenced ? "sure" : "unsure" });
    } else if (node.type === "definition") {
      regions.push({ start, end, kind: "definition" });
    } else if (node.type === "paragraph" || node.type === "heading") {
      regions.push(...codeSpansOf(node, text));
    } else if ("children" in node) {
      waiting.push(...node.children);
    }
  }
  return regions.toSorted((one, other) => one.start - other.start);
}

/**
 * The code spans of a paragraph. GitHub cuts a table into rows and cells before it looks for them, so one that
 * crosses a pipe or a line end may be none, and then every backtick after it can pair with another one. A bare
 * address takes a backtick that touches it, with the same effect.
 */
function codeSpansOf(paragraph: Node, text: string): Region[] {
  const spans: { start: number; end: number }[] = [];
  const waiting: Node[] = [paragraph];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === "inlineCode") spans.push(extentOf(node));
    else if ("children" in node) waiting.push(...node.children);
  }
  const crosses = spans.some(({ start, end }) => /[|\n]/.test(text.slice(start, end)));
  const { start, end } = extentOf(paragraph);
  const inAddress = /(?:https?:\/\/|www\.)[^\s<]*`/i.test(text.slice(start, end));
  return spans.map((span) => ({ ...span, kind: crosses || inAddress ? "unsure" : "sure" }));
}

function extentOf(node: Node): { start: number; end: number } {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 };
}

/** The fence that would have to follow the text to close its last block, or undefined when none is open. */
export function openFence(text: string): string | undefined {
  const last = fromMarkdown(text).children.at(-1);
  if (last?.type !== "code") return undefined;
  const source = text.slice(last.position?.start.offset, last.position?.end.offset);
  const fence = /^(?:`{3,}|~{3,})/.exec(source)?.[0];
  if (fence === undefined) return undefined;
  const lines = source.split("\n");
  // At most three spaces before it; four make it part of the code.
  const end = lines.length > 1 ? (/^ {0,3}(`+|~+)[ \t]*$/.exec(lines.at(-1) ?? "")?.[1] ?? "") : "";
  return end.startsWith(fence) ? undefined : fence;
}

/** How many well-formed openings of details have no end. */
export function openFolds(text: string): number {
  let open = 0;
  for (const node of fromMarkdown(text).children) {
    if (node.type !== "html") continue;
    if (opener.test(node.value)) open++;
    else if (closer.test(node.value) && open > 0) open--;
  }
  return open;
}

/** Where the blocks of a text end. */
export function blockEnds(text: string): number[] {
  return fromMarkdown(text).children.map((node) => node.position?.end.offset ?? 0);
}

/** The two halves of each pair of details tags that stand on lines of their own, outside of lists and quotes. */
function foldsOf(root: Root): Region[] {
  const folds: Region[] = [];
  const open: Region[] = [];
  for (const node of root.children) {
    if (node.type !== "html") continue;
    const half: Region = { ...extentOf(node), kind: "fold" };
    if (opener.test(node.value)) open.push(half);
    else if (closer.test(node.value)) {
      const first = open.pop();
      if (first) folds.push(first, half);
    }
  }
  return folds;
}
