// A reviewer's findings: read from whatever a model wrote, never trusted and never fatal.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readReview } from "../../src/job/review-finding.ts";

const good = { path: "src/login.ts", line: 3, severity: "error", text: "It is wrong." };
const block = (value: unknown, info = "findings"): string =>
  `It can't be merged.\n\n\`\`\`${info}\n${typeof value === "string" ? value : JSON.stringify(value, null, 1)}\n\`\`\`\n\nThat is all.\n`;

test("a block becomes findings, and a list where people read", () => {
  const read = readReview(block([{ ...good, start_line: 1, suggestion: "a\nb" }]));
  expect(read.findings).toEqual([{ ...good, start_line: 1, suggestion: "a\nb" }]);
  expect(read.dropped).toBe(0);
  expect(read.report).toBe(
    "It can't be merged.\n\n- **error** `src/login.ts:3` It is wrong.\n\nThat is all.\n",
  );
});

test.each([
  ["a json block", block([good], "json")],
  ["a bare array", `Verdict.\n[\n ${JSON.stringify(good)}\n]\n`],
  ["an object around it", block({ findings: [good] })],
  ["a block that stays open", `x\n\`\`\`findings\n${JSON.stringify([good])}`],
  ["numbers as text and another name of severity", block([{ ...good, line: "3", severity: "Blocker" }])],
])("%s is read too", (_, report) => {
  expect(readReview(report)).toMatchObject({ findings: [good], dropped: 0 });
});

test.each([
  ["a path outside", { ...good, path: "../../etc/passwd" }],
  ["an absolute path", { ...good, path: "/etc/passwd" }],
  ["a path with a line break", { ...good, path: "a\nb" }],
  ["line 0", { ...good, line: 0 }],
  ["no line", { path: "a", text: "b" }],
  ["an empty text", { ...good, text: "  " }],
  ["a huge suggestion", { ...good, suggestion: "x".repeat(9000) }],
  ["a number", 7],
])("%s is dropped and counted, the others stay", (_, bad) => {
  expect(readReview(block([bad, good]))).toMatchObject({ findings: [good], dropped: 1 });
});

test("broken JSON is one entry that can't be read", () => {
  expect(readReview(block("[{ path: nope"))).toMatchObject({ findings: [], dropped: 1 });
});

test("no more than 50 are kept", () => {
  const many = Array.from({ length: 70 }, (_, at) => ({ ...good, line: at + 1 }));
  const read = readReview(block(many));
  expect(read.findings).toHaveLength(50);
  expect(read.dropped).toBe(20);
});

describe("a report without findings", () => {
  test.each([["Nothing."], [block({ name: "x" }, "json")], ["[a link](x) and [1]"], [block("")]])(
    "%j has none",
    (report) => {
      expect(readReview(report)).toMatchObject({ findings: [], dropped: 0 });
    },
  );
});

test("no report is fatal, and one without a block stays as it is", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom("```findings\n", "\n```\n", "[{", "}]", "````", "\n"));
  const reports = fc.sample(fc.array(piece), 300).map((pieces) => pieces.join(""));
  expect(reports.flatMap((report) => readReview(report).findings)).toEqual([]);
  const plain = reports.filter((report) => !/`{3}|\[/.test(report));
  expect(plain.length).toBeGreaterThan(20);
  expect(plain.map((report) => readReview(report).report)).toEqual(plain);
});
