// The structures that stand behind the order, against simple models.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBacklog } from "../../../src/queue/fsqueue/backlog.ts";
import { createSortedNames } from "../../../src/queue/fsqueue/sorted-names.ts";
import {
  createSequence,
  formatName,
  hashKey,
  keyHashOf,
  parseName,
} from "../../../src/queue/fsqueue/ticket-name.ts";

describe("names", () => {
  test("say what they were made of", () => {
    const ids = fc.stringMatching(/^[0-9A-Za-z_-][0-9A-Za-z._-]{0,127}$/);
    fc.assert(
      fc.property(fc.nat(9), fc.maxSafeNat(), fc.string(), ids, (priority, sequence, key, id) => {
        const name = { priority, sequence, keyHash: hashKey(key), id };
        expect(parseName(formatName(name))).toEqual(name);
        expect(keyHashOf(formatName(name))).toBe(name.keyHash);
      }),
    );
  });

  test.each([
    "x.json",
    "5-1-aa-b.json",
    "5-0000000000000001-0123456789abcdef-..json",
    "5-9999999999999999-0123456789abcdef-a.json",
    "5-0000000000000001-0123456789abcdef-a",
    "5-0000000000000001-0123456789abcdef-a b.json",
  ])("%s is none", (name) => {
    expect(parseName(name)).toBeUndefined();
  });

  test("sort by priority and then by time, even when the clock goes back", () => {
    let nowMs = 1_700_000_000_000;
    const sequence = createSequence(() => new Date(nowMs));
    const numbers = [sequence.next(), sequence.next()];
    nowMs -= 3_600_000;
    numbers.push(sequence.next());
    sequence.observe(1_800_000_000_000_000);
    numbers.push(sequence.next());
    expect(numbers).toEqual([...numbers].toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(4);
    expect(numbers[3]).toBeGreaterThan(1_800_000_000_000_000);
  });
});

test("sorted names behave like a sorted array", () => {
  const name = fc.integer({ min: 0, max: 3000 }).map((n) => String(n).padStart(5, "0"));
  const step = fc.record({ add: fc.boolean(), name });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 2000 }), fc.array(step, { maxLength: 400 }), (initial, steps) => {
      const names = createSortedNames();
      for (const each of initial) names.add(each);
      const model = new Set(initial);
      for (const { add, name: each } of steps) {
        const changed = add ? names.add(each) : names.delete(each);
        expect(changed).toBe(model.has(each) !== add);
        if (add) model.add(each);
        else model.delete(each);
      }
      const sorted = [...model].toSorted();
      expect([...names.from()]).toEqual(sorted);
      expect(names.size).toBe(sorted.length);
      expect(names.first()).toBe(sorted[0]);
      for (const { name: each } of steps.slice(0, 20)) {
        expect(names.has(each)).toBe(model.has(each));
        expect(names.rank(each)).toBe(sorted.filter((other) => other < each).length);
        expect([...names.from(each)]).toEqual(sorted.filter((other) => other > each));
      }
    }),
    { numRuns: 60 },
  );
});

test("sorted names split and shrink in any order of arrival", () => {
  const names = createSortedNames();
  for (let n = 4999; n >= 0; n -= 1) names.add(String((n * 7919) % 5000).padStart(5, "0"));
  expect(names.size).toBe(5000);
  expect([...names.from()]).toEqual([...names.from()].toSorted());
  for (let n = 0; n < 5000; n += 1) expect(names.delete(String(n).padStart(5, "0"))).toBe(true);
  expect([names.size, names.first()]).toEqual([0, undefined]);
});

test("the backlog's next is always the first pending name whose key is free", () => {
  const keys = ["a", "b", "c"].map(hashKey);
  const ticketName = fc
    .tuple(fc.nat(2), fc.nat(30), fc.nat(2))
    .map(([priority, sequence, key]) =>
      formatName({ priority, sequence, keyHash: keys[key] ?? "", id: "x" }),
    );
  const step = fc.tuple(fc.constantFrom("add", "remove", "started", "ended", "hold", "defer"), ticketName);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let woken = 0;
      const backlog = createBacklog({ now: () => new Date(), onReady: () => (woken += 1) });
      const pending = new Set<string>();
      const running = new Set<string>();
      const holds = new Map<string, { name: string; waits: boolean; owns: boolean }>();
      for (const [verb, name] of steps) {
        const key = keyHashOf(name);
        const before = backlog.next();
        const wokenBefore = woken;
        // An even sequence waits for a time that doesn't come here; an odd one only comes first.
        const waits = (parseName(name)?.sequence ?? 0) % 2 === 0;
        if (verb === "hold" || verb === "defer") {
          backlog[verb](name, waits ? Date.now() + 3_600_000 : 0);
          if (pending.has(name)) holds.set(key, { name, waits, owns: verb === "hold" });
        } else backlog[verb](name);
        if (verb === "add") pending.add(name);
        if (verb === "remove") pending.delete(name);
        if (verb === "remove" && holds.get(key)?.name === name) holds.delete(key);
        if (verb === "started") running.add(name);
        if (verb === "ended") running.delete(name);

        const free = [...pending].toSorted().filter((each) => {
          const hold = holds.get(keyHashOf(each));
          if (hold && (hold.owns || hold.name === firstOf(keyHashOf(each))))
            return hold.name === each && !hold.waits && !isBusy(keyHashOf(each));
          return !isBusy(keyHashOf(each)) && firstOf(keyHashOf(each)) === each;
        });
        expect(backlog.next()).toBe(free[0]);
        const mustWake = before === undefined && free.length > 0;
        expect(woken - wokenBefore).toBeGreaterThanOrEqual(mustWake ? 1 : 0);
      }
      backlog.close();

      function isBusy(key: string): boolean {
        return [...running].some((each) => keyHashOf(each) === key);
      }
      function firstOf(key: string): string | undefined {
        return [...pending].toSorted().find((each) => keyHashOf(each) === key);
      }
    }),
  );
});
