// What must hold for any text, any secrets and any cutting into pieces.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, type Redactor } from "../src/redact.ts";

/** Few different characters, so that secrets overlap, repeat and nearly occur. */
const narrow = fc.string({
  unit: fc.constantFrom("a", "b", "\n", "-", "é", '"'),
  minLength: 8,
  maxLength: 20,
});
const wide = fc.string({ unit: "binary", minLength: 8, maxLength: 40 });
const long = fc.string({ unit: "grapheme", minLength: 8, maxLength: 300 });
const secret = fc.oneof(narrow, wide, long).filter((value) => value.trim().length >= 8);
const short = fc.string({ unit: fc.constantFrom("a", "b", "1", "_"), minLength: 1, maxLength: 5 });

/** Beginnings and whole ones of well-known shapes, to be glued to anything. */
const shape = fc.constantFrom(
  "ghp_",
  "sk-",
  "eyJ",
  "://",
  "a:b@",
  "-----BEGIN PRIVATE KEY-----",
  "-----END PRIVATE KEY-----",
  "Bearer ",
  "Authorization: ",

  "[redacted:",
  "[redacted:S0]",
  "[redacted:jwt]",
  "]",
  "[",
  "\\n",
  "a1".repeat(22),
  "eyJhbGciOi.eyJpc3MiOi.",
);

const setting = fc.record({
  secrets: fc.array(fc.oneof({ weight: 3, arbitrary: secret }, short), { maxLength: 5 }),
  parts: fc.array(
    fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: fc.constantFrom("a", "b", "\n", "-", " "), maxLength: 12 }),
      shape,
      fc.record({ secret: fc.nat(4), form: fc.nat(6), from: fc.nat(3) }),
    ),
    { maxLength: 12 },
  ),
  cuts: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 30 }),
});

type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

function formOf(value: string, form: number): string {
  switch (form) {
    case 0:
    case 1:
      return value;
    case 2:
      return JSON.stringify(value).slice(1, -1);
    case 3:
      return encodeURIComponent(value.toWellFormed());
    case 4:
      return Buffer.from(value).toString("hex");
    case 5:
      return Buffer.from(value).toString("base64");
    default:
      return Buffer.from(`x${value}yz`).toString("base64url");
  }
}

function build({ secrets, parts }: Setting): { redactor: Redactor; text: string } {
  const redactor = createRedactor();
  for (const [index, value] of secrets.entries()) redactor.register(value, `S${index}`);
  const text = parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = secrets[part.secret % Math.max(1, secrets.length)] ?? "";
      // Some lack their beginning.
      return formOf(value, part.form).slice(part.from);
    })
    .join("");
  return { redactor, text };
}

function inPieces(redactor: Redactor, text: string, cuts: readonly number[]): string {
  const stream = redactor.stream();
  let out = "";
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = cuts[turn % cuts.length] ?? 1;
    out += stream.push(text.slice(at, at + length));
    at += length;
  }
  return out + stream.flush();
}

const runs = { numRuns: 2000 };

test("in pieces is as in one", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const { redactor, text } = build(given);
      expect(inPieces(redactor, text, given.cuts)).toBe(redactor.mask(text));
      expect(inPieces(redactor, text, [1])).toBe(redactor.mask(text));
    }),
    runs,
  );
});

test("twice is once", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const { redactor, text } = build(given);
      const masked = redactor.mask(text);
      expect(redactor.mask(masked)).toBe(masked);
      expect(redactor.find(masked)).toEqual([]);
    }),
    runs,
  );
});

test("a mask is all that is added", () => {
  fc.assert(
    fc.property(setting, (given) => {
      const { redactor, text } = build(given);
      const kept = redactor.mask(text).split(/\[redacted:[\w.-]+\]/);
      // What is left of the text stands in it, in this order.
      let at = 0;
      for (const piece of kept.flatMap((part) => part.split(/\[redacted:[\w.-]+\]/))) {
        const found = text.indexOf(piece, at);
        expect(found).not.toBe(-1);
        at = found + piece.length;
      }
    }),
    runs,
  );
});

describe("no form of a secret survives", () => {
  const text = fc.string({ maxLength: 20 });

  test.each([0, 2, 3, 4, 5, 6])("form %i, whatever stands around it", (form) => {
    fc.assert(
      fc.property(secret, text, text, fc.nat(40), (value, before, after, cut) => {
        const redactor = createRedactor();
        redactor.register(value, "S");
        const hidden = form === 6 ? value.trim() : formOf(value.trim(), form);
        for (const alignment of form === 6 ? [0, 1, 2] : [0]) {
          const told =
            form === 6
              ? Buffer.from(`${"x".repeat(alignment)}${hidden}${after}`).toString("base64")
              : `${before}${hidden}${after}`;
          const masked = redactor.mask(told);
          expect(masked).toContain("[redacted:S]");
          const left = masked.replaceAll("[redacted:S]", " ");
          expect(left.includes(hidden)).toBe(false);
          expect(Buffer.from(left, "base64").toString().includes(hidden)).toBe(false);
          expect(inPieces(redactor, told, [cut + 1])).toBe(masked);
        }
      }),
    );
  });

  test("of many lines, each line by itself", () => {
    const line = fc.string({
      unit: fc.constantFrom("A", "B", "c", "d", "0", "1", "+", "/"),
      minLength: 12,
      maxLength: 64,
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 8 }), fc.nat(), (lines, pick) => {
        const redactor = createRedactor();
        redactor.register(lines.join("\n"), "S");
        const one = lines[pick % lines.length] ?? "";
        expect(redactor.mask(`12:00 ${one} #`)).toBe("12:00 [redacted:S] #");
      }),
    );
  });
});

test("text without a secret comes out as it went in", () => {
  // Digits only: no form of a secret of letters, and no token, is made of them.
  const digits = fc.string({ unit: fc.constantFrom("0", "1", " ", "\n", "é", "[", "]"), maxLength: 300 });
  const letters = fc.string({ unit: fc.constantFrom("p", "q", "ü"), minLength: 8, maxLength: 20 });
  fc.assert(
    fc.property(digits, fc.array(letters, { maxLength: 5 }), fc.nat(20), (text, secrets, cut) => {
      const redactor = createRedactor();
      for (const value of secrets) redactor.register(value, "S");
      expect(redactor.mask(text)).toBe(text);
      expect(redactor.find(text)).toEqual([]);
      expect(inPieces(redactor, text, [cut + 1])).toBe(text);
    }),
  );
});
