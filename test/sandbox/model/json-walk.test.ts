import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createJsonWalk, type Scalar } from "../../../src/sandbox/model/json-walk.ts";

/** Everything that the walk tells, in order, of a text cut at the given places. */
function walked(text: string | Buffer, cuts: readonly number[] = []): [string, Scalar | string][] {
  const told: [string, Scalar | string][] = [];
  const walk = createJsonWalk({
    onScalar: (path, read) => told.push([JSON.stringify(path), read()]),
    onContainer: (path, container) => told.push([JSON.stringify(path), `<${container}>`]),
  });
  const bytes = Buffer.from(text);
  let from = 0;
  for (const cut of [...cuts].map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    walk.push(bytes.subarray(from, cut));
    from = cut;
  }
  walk.push(bytes.subarray(from));
  walk.end();
  return told;
}

/** The same of a value. */
function expected(value: unknown, path: (string | number)[] = []): [string, Scalar | string][] {
  const at = JSON.stringify(path);
  if (Array.isArray(value)) {
    return [[at, "<array>"], ...value.flatMap((each, index) => expected(each, [...path, index]))];
  }
  if (typeof value === "object" && value !== null) {
    return [
      [at, "<object>"],
      ...Object.entries(value).flatMap(([key, each]) => expected(each, [...path, key])),
    ];
  }
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return [[at, value]];
  throw new Error("no JSON value");
}

test("tells every value with its path, however the text is cut", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 5 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.constantFrom(0, 1, 2),
      (value, cuts, indent) => {
        const text = JSON.stringify(value, null, indent);
        // -0 is written as 0, and __proto__ is a key like any other.
        expect(walked(text, cuts)).toEqual(expected(JSON.parse(text)));
      },
    ),
    { numRuns: 500 },
  );
});

test("accepts nothing that JSON.parse does not accept", () => {
  const pieces = fc.constantFrom(
    ...'{}[]:,"\\ \n\t'.split(""),
    '"a"',
    "1",
    "-",
    "0",
    ".",
    "e",
    "true",
    "nul",
    "\\u0041",
    "\\u00",
    "\u0001",
    "'",
    "//",
    "NaN",
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 4 }), (parts, cuts) => {
      const text = parts.join("");
      let mine = true;
      let theirs = true;
      try {
        walked(text, cuts);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        mine = false;
      }
      try {
        JSON.parse(text);
      } catch {
        theirs = false;
      }
      if (mine) accepted += 1;
      expect({ text, accepted: mine }).toEqual({ text, accepted: theirs });
    }),
    { numRuns: 5000 },
  );
  expect(accepted).toBeGreaterThan(10);
});

describe("what another reader might take for JSON ends the walk", () => {
  test.each([
    ["two values", '{"a":1}{"a":2}'],
    ["a comment", '{"a":1/*,"b":2*/}'],
    ["single quotes", "{'a':1}"],
    ["a comma too many", '{"a":1,}'],
    ["no quotes", "{a:1}"],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le")],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["a NUL", '{"a":1}\0'],
    ["201 levels", "[".repeat(201)],
    ["a number of 600 digits", "1".repeat(600)],
  ])("%s", (_, text) => {
    expect(() => walked(text)).toThrow(SyntaxError);
  });
});

test("escapes in keys are read", () => {
  expect(walked('{"to\\u006fls":[]}')).toEqual([
    ["[]", "<object>"],
    ['["tools"]', "<array>"],
  ]);
});

test("a long string is told by its beginning and never kept", () => {
  const value = walked(`["${"é".repeat(1_000_000)}"]`, [5000, 70_000])[1]?.[1];
  expect(String(value).length).toBeLessThanOrEqual(512);
  expect(value).toMatch(/^é+/);
});
