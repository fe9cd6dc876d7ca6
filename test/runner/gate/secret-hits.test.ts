import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bitsPerChar, looksReal, secretHits } from "../../../src/runner/gate/secret-hits.ts";
import { searchSecrets } from "../../../src/runner/gate/secret-search.ts";
import { newToken } from "./trees.ts";

const noise = (chars: number): string =>
  randomBytes(chars * 2)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .slice(0, chars);

/** A text on which a rule goes back and forth: a second for its 250 kB instead of some milliseconds. */
const slowText = `${"ghs_1_".repeat(166)}.${"ghs_1_".repeat(1600)} `.repeat(24);

describe("secretlint's rules find", () => {
  test.each([
    ["an AWS secret", () => `aws_secret_access_key = "${noise(40)}"`],
    ["a GitHub token", newToken],
    ["an npm token", () => `//registry.example.org/:_authToken=npm_${noise(36)}`],
    ["a SendGrid key", () => `SG.${noise(22)}.${noise(43)}`],
    ["a database's password", () => `postgres://shop:${noise(20)}@db.internal.shop.io/main`],
    ["a Slack webhook", () => `https://hooks.slack.com/services/T${noise(8)}/B${noise(8)}/${noise(24)}`],
  ])("%s", async (_what, make) => {
    expect(await secretHits(`first line\n${make()}\n`, ".txt")).toHaveLength(1);
  });
});

describe("what only looks like a secret", () => {
  test.each([
    "postgres://postgres:postgres@localhost:5432/app",
    "postgres://user:hunter2pass@db.example.com/x",
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    `SG.${"a".repeat(22)}.${"b".repeat(43)}`,
  ])("%s is let pass", async (text) => {
    expect(await secretHits(text, ".md")).toEqual([]);
  });

  test("is told by how much it says", () => {
    expect(bitsPerChar("aaaa")).toBe(0);
    expect(bitsPerChar("abcd")).toBe(2);
    expect(looksReal(`ghp_${"x".repeat(36)}`)).toBe(false);
    expect(looksReal(newToken())).toBe(true);
  });
});

describe("the search in a thread", () => {
  test("says where in each text, also beyond its first piece", async () => {
    const filler = "const x = 1;\n".repeat(50_000);
    const token = newToken();
    const [none, one] = await searchSecrets(
      [
        { text: "nothing here\n", extension: ".txt" },
        { text: `${filler}${token}\n`, extension: ".ts" },
      ],
      { pieceMs: 20_000, totalMs: 40_000 },
    );
    expect(none).toEqual([]);
    expect(one?.[0]).toMatchObject({ offset: filler.length });
  });

  test("ends what takes too long, says so, and goes on with the next text", async () => {
    const token = newToken();
    const [hung] = await searchSecrets([{ text: "x".repeat(2_000_000), extension: "" }], {
      pieceMs: 1,
      totalMs: 1,
    });
    expect(hung).toBeUndefined();
    const [first, second] = await searchSecrets(
      [
        { text: slowText, extension: ".txt" },
        { text: token, extension: ".txt" },
      ],
      { pieceMs: 200, totalMs: 40_000 },
    );
    expect(first).toBeUndefined();
    expect(second).toHaveLength(1);
  });
});
