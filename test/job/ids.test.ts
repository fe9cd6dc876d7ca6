import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveJobId, idTimeMs, JobId, newId, StepId } from "../../src/job/ids.ts";

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("newId", () => {
  test("is a UUIDv7 as 32 hex digits that keeps its time", () => {
    fc.assert(
      fc.property(time, (ms) => {
        const id = newId(ms);
        expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
        expect(idTimeMs(id)).toBe(ms);
        expect(JobId.parse(id)).toBe(id);
      }),
    );
  });

  test("sorts by time", () => {
    fc.assert(
      fc.property(fc.uniqueArray(time, { minLength: 2 }), (times) => {
        const ids = times.map((ms) => newId(ms));
        const byTime = times.toSorted((a, b) => a - b);
        expect(ids.toSorted().map(idTimeMs)).toEqual(byTime);
      }),
    );
  });

  test("differs within a millisecond", () => {
    expect(new Set(Array.from({ length: 1000 }, () => newId(5))).size).toBe(1000);
  });
});

describe("deriveJobId", () => {
  const ordinal = fc.integer({ min: 0, max: 1000 });

  test("gives the same id again, a UUIDv7 of the delivery's time", () => {
    fc.assert(
      fc.property(time, ordinal, (ms, number) => {
        const inboxId = newId(ms);
        const id = deriveJobId(inboxId, number);
        expect(deriveJobId(inboxId, number)).toBe(id);
        expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
        expect(idTimeMs(id)).toBe(ms);
        expect(id).not.toBe(inboxId);
      }),
    );
  });

  test("is another one for each command and each delivery", () => {
    const deliveries = Array.from({ length: 50 }, () => newId(5));
    const ids = deliveries.flatMap((inboxId) =>
      Array.from({ length: 50 }, (_, at) => deriveJobId(inboxId, at)),
    );
    expect(new Set(ids).size).toBe(2500);
    // "1" + "11" and "11" + "1" must not meet.
    expect(deriveJobId("019b7d5e4a007000800000000000001", 11)).not.toBe(
      deriveJobId("019b7d5e4a0070008000000000000011", 1),
    );
  });

  test("never changes: jobs of a delivery that is handled again after an update keep their ids", () => {
    expect(deriveJobId("019b7d5e4a0070008000000000000001", 0)).toMatchInlineSnapshot(
      `"019b7d5e4a007c468b83763817e173a1"`,
    );
  });
});

test.each(["..", "../evil-id", "a/b-c-d-e", "abcdefg\n", "", "........"])("%j is no job id", (id) => {
  expect(JobId.safeParse(id).success).toBe(false);
});

test.each(["", "-a", "_a", ".", "a/b", "a b", "a".repeat(65), "a\n"])("%j is no step id", (id) => {
  expect(StepId.safeParse(id).success).toBe(false);
});
