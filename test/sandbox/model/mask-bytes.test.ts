import fc from "fast-check";
import { expect, test } from "vitest";
import { createByteMasker } from "../../../src/sandbox/model/mask-bytes.ts";

function masked(secrets: readonly string[], chunks: readonly Buffer[]): string {
  const masker = createByteMasker(secrets);
  return Buffer.concat([...chunks.map((chunk) => masker.push(chunk)), masker.flush()]).toString("latin1");
}

function pieces(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
}

test("a secret is masked wherever the chunks' borders are, and the length stays", () => {
  const secret = "sk-ant-aab-aab-aac";
  const text = `one ${secret}${secret} sk-ant-aab-aab-aa${secret} sk-ant-`;
  for (let size = 1; size <= text.length; size++) {
    const result = masked([secret], pieces(text, size));
    expect(result).toHaveLength(text.length);
    expect(result).not.toContain(secret);
    expect(result).toBe(text.replaceAll(secret, "*".repeat(secret.length)));
  }
});

test("for any text over the secret's own letters it does what replaceAll does", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 60 });
  fc.assert(
    fc.property(
      letters,
      fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      (text, secret, size) => {
        expect(masked([secret], pieces(text, size))).toBe(text.replaceAll(secret, "*".repeat(secret.length)));
      },
    ),
    { numRuns: 2000 },
  );
});

test("nothing waits unless it may be the beginning of a secret, and the sender's chunk is left as it was", () => {
  const masker = createByteMasker(["secret-key"]);
  const plain = Buffer.from("data: hello\n\n");
  expect(masker.push(plain)).toBe(plain);
  const beginning = Buffer.from("data: secret-k");
  expect(masker.push(beginning).toString()).toBe("data: ");
  const rest = Buffer.from("ey and secret-key");
  expect(masker.push(rest).toString()).toBe("********** and **********");
  expect(rest.toString()).toBe("ey and secret-key");
  expect(masker.flush().toString()).toBe("");
});

test("without secrets everything passes", () => {
  expect(masked([], [Buffer.from("a"), Buffer.from("b")])).toBe("ab");
  expect(masked([""], [Buffer.from("a")])).toBe("a");
});
