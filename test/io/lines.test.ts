import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter } from "../../src/io/lines.ts";

function split(chunks: string[], maxChars?: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maxChars);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.flush();
  return lines;
}

test("lines are the same however the text is cut", () => {
  const text = fc.array(fc.constantFrom("a", "bc", "\n", "\r\n", ""), { maxLength: 30 });
  fc.assert(
    fc.property(text, (chunks) => {
      expect(split(chunks)).toEqual(split([chunks.join("")]));
    }),
  );
});

test("a line that is too long is cut and the next one is whole", () => {
  expect(split(["12345", "67890\nnext\n", "last"], 4)).toEqual(["1234", "next", "last"]);
});
