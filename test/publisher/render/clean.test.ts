// An agent's text renders, and does nothing else.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanMarkdown } from "../../../src/publisher/render/clean.ts";
import { fitMarkdown } from "../../../src/publisher/render/fit.ts";
import { secret, voiceOf } from "../job.ts";
import { hostileText } from "./hostile.ts";
import { linesOutsideOfCode, mentions, seenOf, unbalanced } from "./seen.ts";

const voice = voiceOf();
const clean = (text: string): string => cleanMarkdown(text, voice);
const allowed = new Set(
  "p h1 h2 h3 h4 h5 h6 ul ol li code pre em strong del a blockquote hr br details summary b table thead tbody tr th td input img sup section".split(
    " ",
  ),
);

describe("is left as it is", () => {
  test.for([
    ["prose", "It **waits** for the cookie; see [the docs](https://example.com/a_b)."],
    ["a list", "- one\n  - two\n- [x] three"],
    ["a table", "| a | b |\n|---|---|\n| `c` | d |"],
    ["code with mentions, tags and commands", '```ts\nimport x from "@types/node";\n<div>\n/agent x\n```'],
    ["a code span", "Use `@types/node` and `Map<string, T>`."],
    ["a fold", "<details>\n<summary><b>Plan</b> · opencode, simulated</summary>\n\n1. Look\n\n</details>"],
    ["GitHub's own picture", "![shot](https://user-images.githubusercontent.com/1/2.png)"],
    ["an address", "Ask ann@example.com or <https://example.com>, https://example.com/a?b=c#d"],
  ] as const)("%s", ([, text]) => {
    expect(clean(text)).toBe(text);
  });
});

test("mentions keep their look and lose their effect", () => {
  const text = "Thanks @alice and @acme/admins, &#64;bob";
  expect(mentions(seenOf(text))).not.toEqual([]);
  expect(mentions(seenOf(clean(text)))).toEqual([]);
  expect(clean(text).replaceAll("\u200b", "")).toBe("Thanks @alice and @acme/admins, @bob");
});

test("an address with an at sign still leads where it led", () => {
  expect(clean("See https://medium.com/@ann/x")).toBe("See https://medium.com/%40ann/x");
});

test("pictures from elsewhere become links", () => {
  expect(clean("![a chart](https://evil.example/x.png?s=1)")).toBe(
    "[a chart](https://evil.example/x.png?s=1)",
  );
  expect(clean("![](https://evil.example/x.png)")).toBe("[picture](https://evil.example/x.png)");
});

test("what would be a command becomes code", () => {
  expect(clean("Then say:\n/agent fix `it`")).toBe("Then say:\n`/agent` fix `it`");
});

test("comments are gone, tags are shown, open fences are closed", () => {
  expect(clean("a <!-- hidden --> b")).toBe("a  b");
  expect(clean("<script>x</script>")).toBe("&lt;script>x&lt;/script>");
  expect(clean("```\nx")).toBe("```\nx\n```");
  expect(clean("````md\n```\nx\n```")).toBe("````md\n```\nx\n```\n````");
  expect(clean("</details>\n\nx\n\n<details>")).toBe("x");
});

test("headings stay below the comment's own", () => {
  expect(clean("# A\n\n### B\n\n##### C")).toBe("#### A\n\n#### B\n\n##### C");
});

test("secrets are masked, also at the place where a text is cut", () => {
  expect(clean(`a ${secret} b`)).toBe("a [masked] b");
  for (let at = 0; at < 40; at++) {
    const text = `${"word ".repeat(300)}${"x".repeat(at)}${secret}${" word".repeat(300)}`;
    expect(fitMarkdown(text, 1520, voice).text).not.toContain(secret.slice(0, 6));
  }
});

test("whatever comes: nobody is notified, nothing is hidden, fetched, opened or commanded", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const seen = seenOf(`${clean(text)}\n\nlast words`);
      expect(mentions(seen)).toEqual([]);
      expect([...seen.elements].filter((name) => !allowed.has(name))).toEqual([]);
      expect(unbalanced(seen)).toEqual([]);
      expect(seen.images.filter((url) => !url.startsWith("https://github.com/"))).toEqual([]);
      expect(seen.html).not.toContain("<!--");
      expect(linesOutsideOfCode(clean(text)).filter((line) => /^\s*\/agent\b/i.test(line))).toEqual([]);
      expect(clean(text)).not.toMatch(/<!--\s*patchbay/i);
      expect(seen.html).toMatch(/<p>last words<\/p>/);
      const after = seen.html.slice(0, seen.html.indexOf("<p>last words"));
      expect(unbalanced({ ...seen, html: after })).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("cleaning twice is cleaning once", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(clean(clean(text))).toBe(clean(text));
    }),
    { numRuns: 500 },
  );
});

test("what is cut fits and is as harmless as the whole", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 150, max: 400 }), (text, maxChars) => {
      const { text: fitted } = fitMarkdown(text.repeat(8), maxChars, voice);
      expect(fitted.length).toBeLessThanOrEqual(maxChars);
      const seen = seenOf(`${fitted}\n\nlast words`);
      expect(mentions(seen)).toEqual([]);
      expect(unbalanced(seen)).toEqual([]);
      expect(seen.html).toMatch(/<p>last words<\/p>/);
      expect(seen.images.filter((url) => !url.startsWith("https://github.com/"))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("text that would keep a parser busy is shown as it is", () => {
  for (const text of [
    "[a](".repeat(20_000),
    "> ".repeat(50),
    "_a*b ".repeat(10_000),
    "<!-- a".repeat(5000),
  ]) {
    const { text: fitted } = fitMarkdown(text, 12_000, voice);
    expect(fitted.length).toBeLessThanOrEqual(12_000);
    expect(fitted.startsWith("```")).toBe(true);
  }
});
