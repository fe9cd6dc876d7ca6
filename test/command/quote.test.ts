import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { expect, test } from "vitest";
import { quote } from "../../src/command/quote.ts";

test.each([
  ["plain", "`plain`"],
  ["a `b` c", "`a 'b' c`"],
  ["two\nlines\r\n  here", "`two lines here`"],
  ["a | b", "`a ¦ b`"],
  ["@octocat", "`@\u200boctocat`"],
  ["", "` `"],
  ["\u202e\u200b", "` `"],
  ["x".repeat(100), `\`${"x".repeat(59)}…\``],
  ["😀".repeat(60), `\`${"😀".repeat(29)}…\``],
])("%j", (text, quoted) => {
  expect(quote(text)).toBe(quoted);
});

test("whatever it is given, it is one code span on one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 200 }), (text, max) => {
      const quoted = quote(text, max);
      expect(quoted).not.toMatch(/[\r\n\u2028\u2029]|@(?!\u200b)/);
      const root = fromMarkdown(`A word ${quoted} and another.`);
      const [paragraph] = root.children;
      const inside = paragraph && "children" in paragraph ? paragraph.children.map((node) => node.type) : [];
      expect(inside).toEqual(["text", "inlineCode", "text"]);
      expect(root.children).toHaveLength(1);
    }),
  );
});
