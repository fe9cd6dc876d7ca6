import { describe, expect, test } from "vitest";
import { visibleText } from "../../src/agents/untrusted-text.ts";

describe("what GitHub doesn't show is gone", () => {
  test.each([
    ["a comment", "before <!-- evil --> after"],
    ["a comment over lines and blank lines", "before\n<!--\nevil\n\nevil\n-->\nafter"],
    ["an unterminated comment", "before after <!-- evil"],
    ["a comment around a fence", "before after\n\n<!--\n\n```\nevil\n```\n\nevil -->"],
    [
      "a comment whose end browsers know and Markdown doesn't",
      "before after <!-- x --!> \n\n```\n<!-- evil -->\n```",
    ],
    ["a declaration", "before <!DOCTYPE evil> after"],
    ["a processing instruction", "before <?evil evil?> after"],
    ["character data", "before <![CDATA[evil]]> after"],
    ["an attribute", 'before <img src="x.png" alt="evil"> after'],
    ["attributes without values", "before <x evil evil> after"],
    [
      "an attribute in an HTML block, as browsers read it",
      '<div "evil" title="evil > evil">before</div evil> after',
    ],
    ["an end tag that is a comment to a browser", "<div>before </ evil> after</div>"],
    ["the description of an image", "before ![evil [evil]](x.png) after"],
    ["the title of a link", 'before [after](https://x.y "evil")'],
    ["a definition that is a comment", "before\n\n[//]: # (evil)\n\nafter"],
    ["a definition whose label is the text", "before after\n\n[evil evil evil]: https://x.y"],
    ["the title of a definition on the next line", 'before after\n\n[1]: https://x.y\n  "evil"'],
    ["a fence in a list item that ends early", "before\n\n- a\n\n  ```\n  x\nafter <!-- evil -->\n  ```"],
    ["a fence in a raw HTML block", "before after <?\n\n```\n<!-- evil -->\n```"],
    ["a fence inside of an HTML block", "<div>before after\n```\n<!-- evil -->\n```\n</div>"],
    ["a fence after an open <pre>", "before after\n\n<pre>\n\n```\n<!-- evil -->\n```"],
    ["code in a table, which ends at the bar", "before after | ` | <x evil> | ` |"],
    ["code that doesn't close on its line", "before ` after\n- <x evil> `"],
  ])("%s", (_what, text) => {
    const shown = visibleText(text);
    expect(shown).not.toMatch(/evil/);
    expect(shown).toMatch(/before/);
    expect(shown).toMatch(/after/);
  });
});

describe("what people see stays", () => {
  test.each([
    ["fenced code", 'Look:\n\n```html\n<!-- a comment -->\n<img alt="x">\n```\n\nand so on'],
    ["fenced code right below its introduction", 'Logs:\n```\n<a b="c"> <!-- d -->\n```'],
    ["code at the start", "```ts\nconst a: Map<string, T extends B> = x;\n```"],
    ["generics in a code span", "The type `Promise<T extends Base>` is wrong."],
    ["generics in words", "A Map<string, number> is returned, if a < b and c > d."],
    ["the address of an image", "![](https://x.y/z.png)"],
    ["a definition that a text uses", "See [1].\n\n[1]: https://x.y/z"],
    ["details, which anyone can open", "<details>\n<summary>Log</summary>\n\nline\n\n</details>"],
    ["a link", "[docs](https://x.y) and <https://x.y>"],
  ])("%s", (_what, text) => {
    expect(visibleText(text)).toBe(text);
  });
});

test("an issue template loses its comments and keeps the rest", () => {
  expect(
    visibleText("<!-- Please fill in -->\r\n### What happened\r\n\r\nIt broke.\r\n<!-- thanks -->"),
  ).toBe("### What happened\n\nIt broke.");
});

test.each([
  ["comment starts", "<!--".repeat(20_000)],
  ["halves of comments", "<!-".repeat(20_000)],
  ["open tags", "<a ".repeat(20_000)],
  ["open tags with quotes", '<a b="'.repeat(12_000)],
  ["tags with odd quotes", '<a ">'.repeat(12_000)],
  ["images", "![".repeat(30_000)],
  ["nested images", "![[x]".repeat(14_000)],
  ["links", "](a ".repeat(16_000)],
  ["definitions", "[a]: b \n".repeat(9000)],
  ["quote marks", "> ".repeat(35_000)],
  ["fences", "\n\n```\n".repeat(11_000)],
  ["blank lines", "\n \n".repeat(23_000)],
  ["end tags", "</ ".repeat(23_000)],
  ["spaces", `<a${" ".repeat(69_000)}`],
])(
  "70,000 characters of %s are read in bounded time",
  (_what, text) => {
    expect(visibleText(text).length).toBeLessThanOrEqual(text.length);
  },
  // Far above what it takes, far below what quadratic time would.
  10_000,
);
