import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateStart, type Outlook, type Run } from "../../src/queue/estimate.ts";

const nowMs = Date.UTC(2026, 0, 1);
const at = (ms: number): Date => new Date(nowMs + ms);
/** Runs of this length, one after the other. */
const runs = (...tookMs: number[]): Run[] =>
  tookMs.map((ms, i) => ({ startedAt: at(-10_000_000 * (i + 1)), endedAt: at(-10_000_000 * (i + 1) + ms) }));

/** Milliseconds from now. */
function startOf(outlook: Partial<Outlook>): number | undefined {
  const ahead = [...(outlook.ahead ?? [])];
  const start = estimateStart({
    now: at(0),
    lastRuns: runs(1000),
    running: [],
    aheadCount: ahead.length,
    key: "own",
    ...outlook,
    ahead,
  });
  return start && start.getTime() - nowMs;
}

test("nothing has run yet: nobody knows", () => {
  expect(startOf({ lastRuns: [] })).toBeUndefined();
});

test("nothing is ahead and nothing runs: now", () => {
  expect(startOf({})).toBe(0);
});

test("the usual run is the median, so that one that hung changes nothing", () => {
  expect(startOf({ ahead: ["a"], lastRuns: runs(900, 3_000_000, 1000) })).toBe(1000);
});

test("what runs has done a part already", () => {
  expect(startOf({ running: [{ key: "a", startedAt: at(-400) }] })).toBe(600);
  expect(startOf({ running: [{ key: "a", startedAt: at(-400) }], ahead: ["b", "c"] })).toBe(2600);
});

test("what takes longer than usual may end at any time", () => {
  expect(startOf({ running: [{ key: "a", startedAt: at(-50_000) }], ahead: ["b"] })).toBe(1000);
});

test("a clock that went back makes no run longer than usual", () => {
  expect(startOf({ running: [{ key: "a", startedAt: at(9000) }] })).toBe(1000);
});

test("as many at a time as run now", () => {
  const running = [
    { key: "a", startedAt: at(-400) },
    { key: "b", startedAt: at(-900) },
  ];
  expect(startOf({ running })).toBe(100);
  expect(startOf({ running, ahead: ["c"] })).toBe(600);
  expect(startOf({ running, ahead: ["c", "d"] })).toBe(1100);
});

test("or as ran at a time lately", () => {
  const lastRuns = [
    { startedAt: at(-5000), endedAt: at(-4000) },
    { startedAt: at(-4500), endedAt: at(-3500) },
    { startedAt: at(-4000), endedAt: at(-3000) },
  ];
  const running = [{ key: "a", startedAt: at(-400) }];
  expect(startOf({ lastRuns, running })).toBe(0);
  expect(startOf({ lastRuns, running, ahead: ["b"] })).toBe(600);
});

test("its own key: one at a time, however many slots there are", () => {
  const running = [
    { key: "own", startedAt: at(-400) },
    { key: "b", startedAt: at(-900) },
  ];
  expect(startOf({ running })).toBe(600);
  expect(startOf({ running, ahead: ["own", "own"] })).toBe(2600);
});

test("another key's many tickets block only themselves", () => {
  const running = [
    { key: "busy", startedAt: at(-400) },
    { key: "b", startedAt: at(-900) },
  ];
  expect(startOf({ running, ahead: Array.from({ length: 500 }, () => "busy") })).toBe(100);
});

test("not before its time", () => {
  expect(startOf({ notBefore: at(5000) })).toBe(5000);
  expect(startOf({ notBefore: at(5000), ahead: Array.from({ length: 9 }, (_, i) => `k${i}`) })).toBe(9000);
});

test("a million ahead, and ten thousand of one key, are no work", () => {
  const begin = performance.now();
  const keys = Array.from({ length: 10_000 }, (_, i) => `k${i}`);
  expect(startOf({ ahead: keys, aheadCount: 1_000_000 })).toBe(1_000_000_000);
  const running = [{ key: "own", startedAt: at(0) }];
  expect(startOf({ running, ahead: keys.map(() => "own") })).toBe(10_001_000);
  expect(performance.now() - begin).toBeLessThan(3000);
});

const usualMs = 7;

/** The same, millisecond by millisecond. */
function playedStart(slots: number, running: { key: string; agoMs: number }[], ahead: string[]): number {
  const ends = running.map(({ key, agoMs }) => ({ key, ms: Math.max(0, usualMs - agoMs) }));
  const waiting = [...ahead, "own"];
  for (let ms = 0; ; ms += 1) {
    for (const end of ends.filter((each) => each.ms <= ms)) ends.splice(ends.indexOf(end), 1);
    while (ends.length < slots) {
      const next = waiting.findIndex((each) => !ends.some((end) => end.key === each));
      if (next === -1) break;
      const [key = ""] = waiting.splice(next, 1);
      if (next === waiting.length) return ms;
      ends.push({ key, ms: ms + usualMs });
    }
  }
}

test("agrees with a queue that is played millisecond by millisecond", () => {
  const key = fc.constantFrom("a", "b", "c", "own");
  const outlooks = fc.record({
    slots: fc.integer({ min: 1, max: 4 }),
    running: fc.uniqueArray(fc.record({ key, agoMs: fc.integer({ min: 0, max: 12 }) }), {
      selector: (each) => each.key,
      maxLength: 4,
    }),
    ahead: fc.array(key, { maxLength: 15 }),
  });
  fc.assert(
    fc.property(outlooks, ({ slots, running, ahead }) => {
      const together = Array.from({ length: slots }, () => ({
        startedAt: at(-500),
        endedAt: at(-500 + usualMs),
      }));
      const runningNow = running.map(({ key, agoMs }) => ({ key, startedAt: at(-agoMs) }));
      const start = startOf({ lastRuns: together, running: runningNow, ahead });

      expect(start).toBe(playedStart(Math.max(slots, running.length), running, ahead));
    }),
  );
});
