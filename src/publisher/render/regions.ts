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
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    const source = text.slice(start, end);
    if (node.type === "code") {
      regions.push({ start, end, kind: /^(?:`{3}|~{3})/.test(source) ? "sure" : "unsure" });
    } else if (node.type === "inlineCode") {
      // A table's cells are cut at pipes and its rows at line ends before code spans are looked for.
      regions.push({ start, end, kind: /[|\n]/.test(source) ? "unsure" : "sure" });
    } else if (node.type === "definition") {
      regions.push({ start, end, kind: "definition" });
    } else if ("children" in node) {
      waiting.push(...node.children);
    }
  }
  return regions.toSorted((one, other) => one.start - other.start);
}

/** The fence that would have to follow the text to close its last block, or undefined when none is open. */
export function openFence(text: string): string | undefined {
  const last = fromMarkdown(text).children.at(-1);
  if (last?.type !== "code") return undefined;
  const source = text.slice(last.position?.start.offset, last.position?.end.offset);
  const fence = /^(?:`{3,}|~{3,})/.exec(source)?.[0];
  if (fence === undefined) return undefined;
  const lines = source.split("\n");
  const end = lines.length > 1 ? (lines.at(-1)?.trim() ?? "") : "";
  const closed = end.length >= fence.length && end === fence.charAt(0).repeat(end.length);
  return closed ? undefined : fence;
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
    const half: Region = {
      start: node.position?.start.offset ?? 0,
      end: node.position?.end.offset ?? 0,
      kind: "fold",
    };
    if (opener.test(node.value)) open.push(half);
    else if (closer.test(node.value)) {
      const first = open.pop();
      if (first) folds.push(first, half);
    }
  }
  return folds;
}
