// The words that people meet, each kind of comment in a file of its own beside this one. After a change that is meant:
// `npx vitest run test/publisher/golden --update`, then read the files as a maintainer would.
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../demo/github/web/markdown.ts";
import { mentions, seenOf, unbalanced } from "../render/seen.ts";
import { scenes } from "./scenes.ts";

const all = Object.entries(await scenes());

describe.each(all)("%s", (name, { said }) => {
  test("is said in the words of its file", async () => {
    await expect(`${said}\n`).toMatchFileSnapshot(`${name}.md`);
  });

  test("shows no raw Markdown and no open element", () => {
    const html = renderMarkdown(said, "/acme/shop").replaceAll(/<(code|pre)\b[^>]*>[^]*?<\/\1>/g, "");
    expect(html).not.toMatch(/\*\*|\]\(|^#{1,6} |\[!|undefined|NaN|\[object/m);
    expect(unbalanced(seenOf(said))).toEqual([]);
    // A new pull request tells whoever asked for it; nothing else notifies anybody.
    expect(mentions(seenOf(said))).toEqual(name === "pull-request-body" ? ["@alice"] : []);
  });

  test("begins with what matters", () => {
    const [first = ""] = said.replace(/^<!--[^]*?-->\n/, "").split("\n");
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(240);
  });
});
