// What must hold of the parser for any comment.
import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { describe, expect, test } from "vitest";
import { findCommandLines } from "../../src/command/command-lines.ts";
import { formatCommand } from "../../src/command/format.ts";
import { withoutHidden } from "../../src/command/hidden-characters.ts";
import { parse } from "../../src/command/parse.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";

const options = { pipelines: builtInPipelines, agents: ["claude", "codex", "opencode"] };

/** Pieces from which comments are glued that come near to everything that the parser knows. */
const piece = fc.constantFrom(
  "/agent",
  "/Agent",
  " ",
  "  ",
  "    ",
  "\t",
  "x",
  "fix",
  "help",
  "apply",
  "cancel",
  "1a2b3c4",
  "--",
  "—",
  "–",
  "-",
  "--agent",
  "--model",
  "--dry-run",
  "--steps",
  "--budget",
  "--branch",
  "--from",

  "=",
  "codex",
  '"',
  "“",
  "”",
  "'",
  "`",
  "``",
  "```",
  "~~~",
  ">",
  "> ",
  "- ",
  "* ",
  "1. ",
  "2) ",
  "#",
  "# ",
  "***",
  "---",

  "===",
  "<!--",
  "-->",
  "<div>",
  "</div>",
  "<details>",
  "</details>",
  "<pre>",
  "</pre>",
  "<a b='",
  "'>",
  "<?",
  "?>",
  "|",
  "|--|",
  "[a]:",
  "[",
  "]",
  "(b)",
  "\\",
  "@x",
  "\u200b",
  "\u202e",
  "\r",
  "\u2028",
  "é",
  "😀",
  "\ud800",
);
const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
const anyComment = fc.oneof(
  fc.array(line, { maxLength: 10 }).map((lines) => lines.join("\n")),
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary" }).map((text) => `/agent ${text}`),
);

const runs = { numRuns: 3000 };

test("never throws, and its replies hold no command and no mention", () => {
  fc.assert(
    fc.property(anyComment, (body) => {
      const parsed = parse(body, options);
      if (parsed.kind !== "reply") return;
      expect(findCommandLines(parsed.body, "/agent")).toEqual([]);
      expect(parsed.body).not.toMatch(/^\s*[/!]/m);
      expect(parsed.body).not.toMatch(/@(?=[A-Za-z0-9])/);
      expect(parsed.body.length).toBeLessThan(20_000);
    }),
    runs,
  );
});

test("what is taken out of sight first is out of sight", () => {
  fc.assert(
    fc.property(anyComment, (body) => {
      const parsed = parse(body, options);
      if (parsed.kind !== "commands") return;
      for (const one of parsed.commands) {
        if ("verb" in one) continue;
        const { text, agent, model, source } = one;
        expect(withoutHidden(text)).toBe(text);
        expect(text.trim()).toBe(text);
        expect(text.length).toBeLessThanOrEqual(5000);
        expect([undefined, ...options.agents]).toContain(agent);
        expect(model ?? "m").toMatch(/^[A-Za-z0-9]/);
        expect(body.replaceAll(/\r\n?/g, "\n")).toContain(source);
      }
    }),
    runs,
  );
});

describe("what stands in something else is no command, whatever it is", () => {
  const inner = fc.oneof(
    fc.array(line, { maxLength: 6 }).map((lines) => ["/agent fix it", ...lines].join("\n")),
    fc.string({ unit: "binary" }).map((text) => `/agent ${text}`),
  );
  const lines = (text: string): string[] => text.split(/\r\n|\r|\n/);

  test.each<[string, (text: string) => string]>([
    ["a fence", (text) => `\`\`\`\n${text.replaceAll("`", "'")}\n\`\`\`\n`],
    ["a longer fence", (text) => `~~~~~~\n${text.replaceAll("~", "-")}\n~~~~~~`],
    ["an open fence", (text) => `text\n\`\`\`\`\`sh\n${text.replaceAll("`", "'")}`],
    ["an HTML comment", (text) => `<!--\n${text.replaceAll("-->", "")}\n-->`],
    ["an open HTML comment", (text) => `text\n\n<!-- ${text.replaceAll("-->", "")}`],
    [
      "a quote",
      (text) =>
        lines(text)
          .map((one) => `> ${one}`)
          .join("\n"),
    ],
    [
      "a quote in a quote",
      (text) =>
        lines(text)
          .map((one) => `>> ${one}`)
          .join("\n"),
    ],
    [
      "an item",
      (text) =>
        lines(text)
          .map((one, at) => `${at === 0 ? "- " : "  "}${one}`)
          .join("\n"),
    ],
    [
      "indented code",
      (text) =>
        `text\n\n${lines(text)
          .map((one) => `    ${one}`)
          .join("\n")}`,
    ],
    ["a code span", (text) => `text \`\`\`\`${lines(text).join(" ").replaceAll("`", "'")}\`\`\`\``],
    ["preformatted text", (text) => `<pre>\n${text.replaceAll("<", "")}\n</pre>`],
    ["a script", (text) => `<script>\n${text.replaceAll("<", "")}`],
    ["a fold", (text) => `<details>\n\n${text.replaceAll("<", "")}\n\n</details>`],
  ])("%s", (_name, wrap) => {
    fc.assert(
      fc.property(inner, (text) => {
        expect(parse(wrap(text), options)).toEqual({ kind: "ignore" });
      }),
    );
  });
});

test("a command that is written down reads as the same command", () => {
  const word = fc.constantFrom(
    "x",
    "fix",
    "help",
    "apply",
    "--agent",
    "--",
    "—x",
    "`a b`",
    '"',
    "-dry-run",
    "😀",
    "é",
    "(b)",
    "a: b",
  );
  const text = fc
    .array(
      fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(" ")),
      { maxLength: 4 },
    )
    .map((rows) => rows.join("\n"));
  const command = fc.record({
    pipeline: fc.constantFrom(...builtInPipelines.map(({ name }) => name)),
    text,
    dryRun: fc.boolean(),
    agent: fc.option(fc.constantFrom(...options.agents), { nil: undefined }),
    model: fc.option(fc.constantFrom("gpt-5.1", "opus[1m]", "a/b:c@d"), { nil: undefined }),
    steps: fc.option(fc.subarray(["plan", "01_plan", "review"], { minLength: 1 }), { nil: undefined }),
    base: fc.option(fc.constantFrom("main", "release/2.x"), { nil: undefined }),
    branch: fc.option(fc.constantFrom("hot-fix", "größe"), { nil: undefined }),
    budgetUsd: fc.option(fc.constantFrom(1, 2.5, 0.0001), { nil: undefined }),
  });
  fc.assert(
    fc.property(command, ({ agent, model, steps, base, branch, budgetUsd, ...rest }) => {
      const written = {
        ...rest,
        ...(agent !== undefined && { agent }),
        ...(model !== undefined && { model }),
        ...(steps !== undefined && { steps }),
        ...(base !== undefined && { base }),
        ...(branch !== undefined && { branch }),
        ...(budgetUsd !== undefined && { budgetUsd }),
      };
      const source = formatCommand(written, "/agent");
      expect(parse(source, options)).toEqual({ kind: "commands", commands: [{ ...written, source }] });
    }),
    runs,
  );
});

describe("where a command may stand is what a Markdown parser says", () => {
  /** The lines that begin as text of a paragraph, or of an underlined heading, at the top level. */
  function textLinesByTree(body: string): number[] {
    const found: number[] = [];
    for (const node of fromMarkdown(body).children) {
      if (node.type !== "paragraph" && node.type !== "heading") continue;
      const from = node.position?.start.line ?? 1;
      const to = node.position?.end.line ?? 0;
      const hidden = node.children.filter((child) => child.type === "inlineCode" || child.type === "html");
      for (let number = from; number <= to; number++) {
        const inside = hidden.some(
          ({ position }) => (position?.start.line ?? number) < number && number <= (position?.end.line ?? 0),
        );
        if (!inside) found.push(number - 1);
      }
    }
    return found;
  }

  function commandsByTree(body: string): string[] {
    const lines = body.split("\n");
    return textLinesByTree(body)
      .map((index) => lines[index] ?? "")
      .filter((text) => /^ {0,3}\/agent(?!\S)/i.test(text))
      .map((text) =>
        text
          .trim()
          .replace(/^\/agent/i, "/agent")
          .replaceAll(/\s+/g, " "),
      );
  }

  const commandsByUs = (body: string): string[] =>
    findCommandLines(body, "/agent").map(({ rest }) => `/agent ${rest}`.trim().replaceAll(/\s+/g, " "));

  const block = fc.constantFrom(
    "/agent 1",
    " /agent 2",
    "   /agent 3",
    "    /agent 4",
    "text",
    "  text",
    "     text",
    "",
    "",
    "",

    "```",
    "````",
    "~~~",
    "```sh",
    "    code",
    "\tcode",
    "# Title",
    "#no title",
    "===",
    "---",
    "- - -",
    "***",

    "> quote",
    ">quote",
    ">",
    "> ",
    "> > both",
    "> ```",
    "> - item",
    ">     code",
    "> # Title",
    "> /agent q",

    "- item",
    "-",
    "- ",
    "* item",
    "+   item",
    "-     code",
    "1. one",
    "2. two",
    "12) twelve",
    "1.",
    "  inside",
    "   inside",
    "- ```",
    "  ```",
    "- > both",
    "- - both",
    "- # Title",
    "- /agent i",
    "  /agent i",
    "    - deep",

    "<!-- note -->",
    "<!-- open",
    "close -->",
    "<div>",
    "</div>",
    "<pre>",
    "</pre>",
    "<b>",
    "<b>text",
    "<?",
    "?>",
    "a `b",
    "c` d",
    "``",
    "`",
    "a <!-- b",
    "a --> b",
    "a <b c='",
    "d'> e",
    "\\`",
    "a\\",
    "a  ",
  );
  const document = fc.array(block, { maxLength: 12 }).map((lines) => lines.join("\n"));

  /**
   * Where micromark isn't cmark, which GitHub uses: a lone tag where a quote could go on, a list right after indented
   * code, a list that begins with another number.
   */
  function withoutDisputes(body: string): string {
    return body
      .replaceAll(/^<b>$/gm, "text")
      .replaceAll(/^<\/pre>$/gm, "text </pre>")
      .replaceAll(/^\d+(?=[.)])/gm, "1")
      .replaceAll(/^(?: {4}|\t).*$/gm, "# Title");
  }

  /**
   * More of them, where it is micromark that finds less: it makes a paragraph of an empty item in a container that
   * cuts a paragraph short, and sees no list right after indented code.
   */
  function withoutQuirks(body: string): string {
    return body
      .replaceAll(/^(?= {0,3}(?:<b>|<\/pre>))/gm, "text ")
      .replaceAll(/(>|[-+*.)][ \t]) *(?:[-+*]|\d{1,9}[.)])[ \t]*$/gm, "$1 x")
      .replaceAll(
        /^((?: {4}| {0,3}\t).*\n(?:[ \t]*\n)*)(?=[ \t]*(?:[-+*]|\d+[.)])(?:\s|$))/gm,
        "$1# Title\n",
      );
  }

  test("nothing more, for anything", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          document,
          fc.array(line, { maxLength: 10 }).map((lines) => lines.join("\n")),
        ),
        (text) => {
          const body = withoutQuirks(withoutHidden(text.replaceAll("\r", "")));
          const allowed = commandsByTree(body);
          for (const one of commandsByUs(body)) expect(allowed).toContain(one);
        },
      ),
      runs,
    );
  });

  test("and nothing less, for documents without what only GitHub knows", () => {
    fc.assert(
      fc.property(document.map(withoutDisputes), (body) => {
        expect(commandsByUs(body)).toEqual(commandsByTree(body));
      }),
      { numRuns: 5000 },
    );
  });
});

describe("hostile comments take time in proportion to their length", () => {
  const end = "\n\n/agent fix it";
  test.each<[string, (length: number) => string]>([
    ["quotes in quotes", (length) => ">".repeat(length) + end],
    ["lists in lists", (length) => "- ".repeat(length / 2) + end],
    ["numbered lists in lists", (length) => "1. ".repeat(length / 3) + end],
    ["a quote that goes on", (length) => `> a\n${"b\n".repeat(length / 2)}${end}`],
    [
      "deeper with each line",
      (length) => Array.from({ length: Math.sqrt(length) }, (_, at) => `${">".repeat(at)} a`).join("\n"),
    ],
    ["commands", (length) => "/agent x\n".repeat(length / 9)],
    ["open comments", (length) => `x${" <!--".repeat(length / 5)}${end}`],
    ["open declarations", (length) => `x${" <!a <? <![CDATA[".repeat(length / 17)}${end}`],
    ["open tags", (length) => `x${" <a b='".repeat(length / 7)}${end}`],
    ["a tag of many attributes", (length) => `x <a${" b".repeat(length / 2)}${end}`],
    ["a tag of many spaces", (length) => `x <a b${" ".repeat(length)}${end}`],
    [
      "backticks of every length",
      (length) => Array.from({ length: Math.sqrt(length * 2) }, (_, at) => "`".repeat(at)).join(" ") + end,
    ],
    [
      "backticks of every length in the command",
      (length) =>
        `/agent ${Array.from({ length: Math.sqrt(length * 2) }, (_, at) => "`".repeat(at)).join(" x")}`,
    ],
    ["open quotation marks", (length) => `/agent ${'" '.repeat(length / 2)}`],
    ["options", (length) => `/agent ${"--agent codex ".repeat(length / 14)}`],
    ["unknown options", (length) => `/agent ${"--x ".repeat(length / 4)}`],
    ["a long option", (length) => `/agent --${"x".repeat(length)}`],
    ["dashes", (length) => `/agent ${"—x ".repeat(length / 3)}`],
    ["spaces", (length) => `/agent${" ".repeat(length)}x`],
    ["tabs", (length) => "\t".repeat(length) + end],
    ["empty lines", (length) => "\n".repeat(length) + end],
    ["brackets", (length) => "[".repeat(length) + end],
    ["table rows", (length) => `a|b\n|-|\n${"a|b\n".repeat(length / 4)}${end}`],
    ["pipes", (length) => `a\n${"|-".repeat(length / 2)}x${end}`],
    ["stars", (length) => `${"* ".repeat(length / 2)}x${end}`],
    ["invisible characters", (length) => `/agent ${"\u200b".repeat(length)}x`],
    ["flags and joiners", (length) => `/agent ${"👩‍".repeat(length / 3)}x`],
    ["folds", (length) => "<details>\n\n".repeat(length / 11) + end],
  ])("%s", (_name, make) => {
    const cpuMs = (length: number): number => {
      const body = make(length);
      const begin = process.cpuUsage();
      parse(body, options);
      return process.cpuUsage(begin).user / 1000;
    };
    cpuMs(1000);
    // Four times the length: about 4 when linear, 16 when quadratic. What else the machine does only ever adds, so that
    // one good pair of measurements is enough.
    const isInProportion = (): boolean => cpuMs(60_000) < cpuMs(15_000) * 11 + 30;
    expect(Array.from({ length: 5 }).some(isInProportion)).toBe(true);
  });
});
