import { expect, test } from "vitest";
import { createRateLimit } from "../../src/api/rate-limit.ts";

test("lets so many through, says when the next one may come, and counts each asker alone", () => {
  let nowMs = 0;
  const ask = createRateLimit({ maxRequests: 2, windowMs: 60_000, clock: () => nowMs });
  expect([ask("a"), ask("a")]).toEqual([{ allowed: true }, { allowed: true }]);
  expect(ask("a")).toEqual({ allowed: false, retryAfterSec: 30 });
  expect(ask("b")).toEqual({ allowed: true });
  nowMs = 29_000;
  expect(ask("a")).toEqual({ allowed: false, retryAfterSec: 1 });
  nowMs = 30_000;
  expect(ask("a")).toEqual({ allowed: true });
  expect(ask("a").allowed).toBe(false);
});

test("never remembers more askers than it may, and 0 is no limit", () => {
  const ask = createRateLimit({ maxRequests: 1, windowMs: 60_000, clock: () => 0, maxAskers: 2 });
  expect(["a", "b", "c"].map((asker) => ask(asker).allowed)).toEqual([true, true, true]);
  expect(ask("b").allowed).toBe(false);
  expect(ask("a").allowed).toBe(true);
  const free = createRateLimit({ maxRequests: 0, windowMs: 60_000 });
  expect(free("a").allowed && free("a").allowed).toBe(true);
});
