import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { costOf } from "../../../src/sandbox/model/cost.ts";
import { loadPrices } from "../../../src/sandbox/model/load-prices.ts";
import { createPriceTable } from "../../../src/sandbox/model/prices.ts";
import { temporaryFolder } from "../../temp-folder.ts";

const folder = await temporaryFolder();

test("the exact name counts before a pattern, the longer pattern before the shorter", () => {
  const table = createPriceTable({
    "m-*": { input: 1, output: 1 },
    "m-big-*": { input: 2, output: 2 },
    "m-big-1": { input: 3, output: 3 },
  });
  const inputs = ["m-small", "m-big-2", "m-big-1", "other"].map((model) => table.priceOf(model)?.input);
  expect(inputs).toEqual([1, 2, 3, undefined]);
});

test("each kind of token has its own price, and input's when none is given", () => {
  const tokens = { input: 1e6, cacheRead: 1e6, cacheWrite: 1e6, cacheWriteHour: 1e6, output: 1e6 };
  expect(costOf(tokens, { input: 1, output: 10 })).toBe(14);
  expect(
    costOf(tokens, { input: 1, output: 10, cache_read: 0.1, cache_write: 1.25, cache_write_hour: 2 }),
  ).toBeCloseTo(14.35);
});

test("a long prompt has its price for the whole call, from one token above the limit", () => {
  const price = { input: 1, output: 10, long_prompt: { above: 1000, input: 2, output: 20, cache_read: 1 } };
  const tokens = { input: 600, cacheRead: 400, cacheWrite: 0, cacheWriteHour: 0, output: 100 };
  expect(costOf(tokens, price)).toBeCloseTo(2000e-6);
  expect(costOf({ ...tokens, input: 601 }, price)).toBeCloseTo((1202 + 400 + 2000) / 1e6);
});

describe("what is built in", () => {
  test("knows models by their names and their dated names, and does not guess at others", async () => {
    const table = await loadPrices(undefined);
    for (const model of [
      "claude-sonnet-4-5-20250929",
      "claude-opus-5",
      "gpt-6.2-sol",
      "gpt-5.5",
      "gemini-2.5-pro",
    ]) {
      expect(table.priceOf(model)).toBeDefined();
    }
    // The longer name is not the shorter one with a suffix.
    expect(table.priceOf("gpt-5.4-mini")).not.toEqual(table.priceOf("gpt-5.4"));
    for (const model of ["claude-opus-9", "gpt-5.5-pro", "claude-opus-5-9", "llama-3"]) {
      expect(table.priceOf(model)).toBeUndefined();
    }
  });
});

describe("PRICES_FILE", () => {
  test("replaces and extends what is built in", async () => {
    const path = join(folder, "prices.json");
    await writeFile(
      path,
      '{"my-model":{"input":0,"output":0},"gpt-5":{"input":7,"output":8,"long_prompt":{"above":9,"input":9,"output":9}}}',
    );
    const table = await loadPrices(path);
    expect(table.priceOf("my-model")).toEqual({ input: 0, output: 0 });
    expect(table.priceOf("gpt-5")).toMatchObject({ input: 7, output: 8, long_prompt: { above: 9 } });
    expect(table.priceOf("claude-sonnet-4-5-20250929")).toMatchObject({ input: 3, output: 15 });
    expect((await loadPrices(undefined)).priceOf("gpt-5")).toMatchObject({ input: 1.25 });
  });

  test("says what is wrong with it", async () => {
    const path = join(folder, "wrong.json");
    await writeFile(path, '{"m":{"input":-1,"output":2,"speed":1}}');
    await expect(loadPrices(path)).rejects.toThrow(/^PRICES_FILE: .*\n {2}m → input: .*\n {2}m: .*speed/);
    await writeFile(path, "{");
    await expect(loadPrices(path)).rejects.toThrow(/^PRICES_FILE: reading /);
    await expect(loadPrices(join(folder, "none.json"))).rejects.toThrow(/ENOENT/);
  });

  test("of the documentation is one", async () => {
    const page = await readFile(join(import.meta.dirname, "..", "..", "..", "docs", "agents.md"), "utf8");
    const path = join(folder, "documented.json");
    await writeFile(path, /```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
    const prices = await loadPrices(path);
    expect(prices.priceOf("house-large")).toMatchObject({ input: 1, cache_read: 0.1 });
    expect(prices.priceOf("long-model")?.long_prompt).toMatchObject({ above: 200_000 });
  });
});
