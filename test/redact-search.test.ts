// The fast searches find exactly what a slow one finds.
import fc from "fast-check";
import { expect, test } from "vitest";
import { lowBytes } from "../src/redact-bytes.ts";
import { createHeld } from "../src/redact-held.ts";
import { createLiteralMatcher } from "../src/redact-literals.ts";
import { createPairMatcher } from "../src/redact-pairs.ts";

/** Few characters, among them some with the same low byte: a, U+0161, U+6161. */
const unit = fc.constantFrom("a", "b", "-", "é", "š", "慡", "\u0000");
const text = fc.string({ unit, maxLength: 60 });
const from = fc.nat(20);

function occurrences(found: string, literals: readonly string[], start: number): string[] {
  return literals.flatMap((literal, index) =>
    Array.from({ length: found.length }, (_, at) => at)
      .filter((at) => at >= start && found.startsWith(literal, at))
      .map((at) => `${index} at ${at}`),
  );
}

test("short literals, by their rarest pairs", () => {
  const literal = fc.string({
    unit: fc.constantFrom("a", "b", "-", "é", "\u0000"),
    minLength: 3,
    maxLength: 7,
  });
  fc.assert(
    fc.property(fc.uniqueArray(literal, { maxLength: 30 }), text, from, (literals, given, start) => {
      const found: string[] = [];
      const visit = (index: number, at: number): void => void found.push(`${index} at ${at}`);
      createPairMatcher(literals).each(given, lowBytes(given), start, visit);
      expect(found.toSorted()).toEqual(occurrences(given, literals, start).toSorted());
    }),
    { numRuns: 2000 },
  );
});

test("literals of any length, through a window", () => {
  const literal = fc.string({ unit, minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.uniqueArray(literal, { maxLength: 30 }), text, from, (literals, given, start) => {
      const found: string[] = [];
      createLiteralMatcher(literals).each(given, start, (index, at) => void found.push(`${index} at ${at}`));
      expect(found.toSorted()).toEqual(occurrences(given, literals, start).toSorted());
    }),
    { numRuns: 2000 },
  );
});

test("what has to wait: the first place that may begin one, and no other", () => {
  const literal = fc.string({ unit, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.uniqueArray(literal, { maxLength: 10 }), text, from, (literals, given, start) => {
      const mayBegin = (at: number): boolean =>
        literals.some((one) => one.length > given.length - at && one.startsWith(given.slice(at)));
      const places = Array.from({ length: given.length }, (_, at) => at).filter((at) => at >= start);
      const expected = places.find(mayBegin) ?? given.length;
      expect(createHeld(literals)(given, lowBytes(given), start)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test("a text longer than the kept buffer, and one after it", () => {
  const long = `${"x".repeat(300_001)}ghp_${"y".repeat(7)}`;
  const found: number[] = [];
  const { each } = createPairMatcher(["ghp_"]);
  each(long, lowBytes(long), 0, (_, at) => found.push(at));
  each("-ghp_", lowBytes("-ghp_"), 0, (_, at) => found.push(at));
  expect(found).toEqual([300_001, 1]);
});

test("what pairs can't find is refused", () => {
  expect(() => createPairMatcher(["ab"])).toThrow("can't be found");
  expect(() => createPairMatcher(["abš"])).toThrow("can't be found");
});
