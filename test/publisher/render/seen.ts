// What GitHub would show of a Markdown text: rendered by another parser than the one that cleaned it.
import { fromMarkdown } from "mdast-util-from-markdown";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

export interface Seen {
  html: string;
  /** Every element's name. */
  elements: Set<string>;
  /** The text outside of code and links; elements are line breaks, as they end a mention too. */
  text: string;
  images: string[];
}

export function seenOf(markdown: string): Seen {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  const bare = html
    .replaceAll(/<!--[^]*?-->/g, "\n")
    .replaceAll(/<(code|a)\b[^>]*>[^]*?<\/\1>/g, "\n")
    .replaceAll(/<[A-Za-z/][^>]*>/g, "\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
  return {
    html,
    elements: new Set([...html.matchAll(/<([A-Za-z][A-Za-z0-9-]*)/g)].map((found) => found[1] ?? "")),
    text: bare,
    images: [...html.matchAll(/<img src="([^"]*)"/g)].map((found) => found[1] ?? ""),
  };
}

/** Whether GitHub would notify somebody. https://github.com/gjtorikian/html-pipeline, its mention filter */
export function mentions({ text }: Seen): string[] {
  return [...text.matchAll(/(?<![A-Za-z0-9_`])@[A-Za-z0-9][A-Za-z0-9-]*/g)].map((found) => found[0]);
}

/** Element names that are opened and closed in another number. */
export function unbalanced({ html }: Seen): string[] {
  const count = (pattern: RegExp): number => html.match(pattern)?.length ?? 0;
  return ["details", "summary", "pre", "code", "ul", "ol", "blockquote", "table", "sub", "b"].filter(
    (name) => count(new RegExp(`<${name}[ >]`, "g")) !== count(new RegExp(`</${name}>`, "g")),
  );
}

/** The source's lines that don't belong to a block of code. */
export function linesOutsideOfCode(markdown: string): string[] {
  const inCode = new Set<number>();
  const waiting: ReturnType<typeof fromMarkdown>["children"] = [...fromMarkdown(markdown).children];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === "code" && node.position) {
      for (let line = node.position.start.line; line <= node.position.end.line; line++) inCode.add(line);
    } else if ("children" in node) {
      waiting.push(...node.children);
    }
  }
  return markdown.split("\n").filter((_, at) => !inCode.has(at + 1));
}
