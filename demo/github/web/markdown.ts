// GitHub's Markdown as safe HTML: no raw tags but a few harmless ones, no comments, no dangerous addresses.
import { type Options, micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

type Extension = NonNullable<Options["htmlExtensions"]>[number];

const allowed = /^<(\/?)(details|summary|br|sub|sup|kbd)((?:\s+open)?)\s*\/?>$/i;

/** Raw HTML as it may stand in the page: the allowed tags bare, comments gone, everything else as text. */
function harmless(source: string, encode: (text: string) => string): string {
  const parts = source.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "").split(/(<[^<>]*>)/);
  return parts
    .map((part) => {
      const tag = allowed.exec(part);
      if (!tag) return encode(part);
      const [, slash = "", name = "", open = ""] = tag;
      return `<${slash}${name.toLowerCase()}${open ? " open" : ""}>`;
    })
    .join("");
}

/** Takes over both kinds of raw HTML: what the compiler made of it is thrown away. */
const rawHtml: Extension = {
  enter: {
    htmlFlow() {
      this.lineEndingIfNeeded();
      this.buffer();
    },
    htmlText() {
      this.buffer();
    },
  },
  exit: {
    htmlFlow(token) {
      this.resume();
      this.raw(harmless(this.sliceSerialize(token), (text) => this.encode(text)));
    },
    htmlText(token) {
      this.resume();
      this.raw(harmless(this.sliceSerialize(token), (text) => this.encode(text)));
    },
  },
};

/** Renders a body; `repositoryUrl` is where `#12` leads. */
export function renderMarkdown(source: string, repositoryUrl: string): string {
  const html = micromark(source, { extensions: [gfm()], htmlExtensions: [gfmHtml(), rawHtml] });
  return linkText(alerts(colourDiffs(suggestions(html))), repositoryUrl);
}

/** GitHub's notes: a quotation that begins with [!NOTE]. */
function alerts(html: string): string {
  return html.replaceAll(
    /<blockquote>\n<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n/g,
    (_, kind: string) =>
      `<blockquote class="alert ${kind.toLowerCase()}">\n<p><b>${kind[0]}${kind.slice(1).toLowerCase()}</b><br>`,
  );
}

/** What a click on GitHub would commit in place of the commented lines. */
function suggestions(html: string): string {
  return html.replaceAll(
    /<pre><code class="language-suggestion">([\s\S]*?)\n?<\/code><\/pre>/g,
    (_, code: string) =>
      `<p class="quiet"><b>Suggested change</b></p><pre><code>${code
        .split("\n")
        .map((line) => `<span class="dl a">${line || " "}</span>`)
        .join("")}</code></pre>`,
  );
}

function colourDiffs(html: string): string {
  return html.replaceAll(
    /<pre><code class="language-(?:diff|patch)">([\s\S]*?)\n?<\/code><\/pre>/g,
    (_, code: string) => {
      const lines = code.split("\n").map((line) => {
        const kind = line.startsWith("+")
          ? "a"
          : line.startsWith("-")
            ? "d"
            : line.startsWith("@@")
              ? "h"
              : "";
        return `<span class="dl ${kind}">${line || " "}</span>`;
      });
      return `<pre><code>${lines.join("")}</code></pre>`;
    },
  );
}

/** `#12` and `@someone` outside of links and code. */
function linkText(html: string, repositoryUrl: string): string {
  let shielded = 0;
  return html
    .split(/(<[^>]*>)/)
    .map((part) => {
      if (part.startsWith("<")) {
        if (/^<(a|code|pre)[\s>]/.test(part)) shielded += 1;
        if (/^<\/(a|code|pre)>/.test(part)) shielded -= 1;
        return part;
      }
      if (shielded > 0) return part;
      return part
        .replaceAll(/(^|[\s(])#(\d+)\b/g, `$1<a href="${repositoryUrl}/issues/$2">#$2</a>`)
        .replaceAll(/(^|[\s(])@([a-z\d][a-z\d-]{0,38})\b/gi, '$1<span class="mention">@$2</span>');
    })
    .join("");
}
