import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseRemovals, type Kept } from "../../src/artifacts/retention.ts";

const job = (id: string, lastUsedMs: number, bytes = 10, use?: string): Kept => ({
  id,
  bytes,
  lastUsedMs,
  use,
});
const ids = (removals: readonly Kept[]): string[] => removals.map(({ id }) => id);

test("without limits nothing goes", () => {
  expect(chooseRemovals([job("a", 0, 1e12)], { ttlMs: 0, maxBytes: 0 }, 1e15)).toEqual([]);
});

test("what is old goes, and what is in use never", () => {
  const kept = [job("a", 0), job("b", 0, 10, "running"), job("c", 950)];
  const removals = chooseRemovals(kept, { ttlMs: 100, maxBytes: 0 }, 1000);
  expect(removals).toEqual([{ ...job("a", 0), why: "old" }]);
});

test("the longest unused go until what is left fits", () => {
  const kept = [job("new", 3, 50), job("old", 1, 30), job("used", 0, 60, "is open"), job("mid", 2, 30)];
  expect(ids(chooseRemovals(kept, { ttlMs: 0, maxBytes: 120 }, 1000))).toEqual(["old", "mid"]);
  // What is in use alone is too much: all else goes, and no more.
  expect(ids(chooseRemovals(kept, { ttlMs: 0, maxBytes: 1 }, 1000))).toEqual(["old", "mid", "new"]);
});

test("whatever there is: what is in use stays, and no more goes than has to", () => {
  const kept = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1 }),
      bytes: fc.nat(1000),
      lastUsedMs: fc.nat(1000),
      use: fc.option(fc.constant("use"), { nil: undefined }),
    }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(kept, fc.nat(1500), fc.integer({ min: 1, max: 5000 }), (jobs, ttlMs, maxBytes) => {
      const removals = chooseRemovals(jobs, { ttlMs, maxBytes }, 1000);
      const gone = new Set(ids(removals));
      const left = jobs.filter(({ id }) => !gone.has(id));
      const bytesOf = (some: readonly Kept[]): number => some.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(removals.every(({ use }) => use === undefined)).toBe(true);
      const free = left.filter(({ use }) => use === undefined);
      expect(bytesOf(left) <= maxBytes || free.length === 0).toBe(true);
      const forSpace = removals.filter(({ why }) => why === "space");
      const last = forSpace.at(-1);
      expect(
        last === undefined || bytesOf(left) + last.bytes > maxBytes || removals.at(-1)?.why === "old",
      ).toBe(true);
    }),
  );
});
