import { describe, expect, test } from "vitest";
import { cronProblem, lastDue, nextDue } from "../../src/schedule/cron.ts";

describe("an expression", () => {
  test.each(["* * * * *", "*/15 9-17 * * 1-5", "0 0 1,15 * *", "30 2 * * MON", "0 0 29 2 *"])(
    "%s is one",
    (text) => {
      expect(cronProblem(text)).toBeUndefined();
    },
  );

  test.each([
    "",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 31 2 *",
    "H * * * *",
    "h(0-9) * * * *",
    "@daily",
    "every minute of each hour",
    "*/0 * * * *",
  ])("%j is none, and says why", (text) => {
    expect(cronProblem(text)).toMatch(/\w/);
  });
});

describe("the times of an expression", () => {
  const at = (text: string): Date => new Date(text);

  test.each([
    ["30 2 * * *", "2026-03-29T02:29:59Z", "2026-03-28T02:30:00Z", "2026-03-29T02:30:00Z"],
    // Where clocks change, UTC doesn't.
    ["30 2 * * *", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"],
    ["* * * * *", "2026-12-31T23:59:30.500Z", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z"],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
    // Days of month and week: either, when both are named (crontab(5)).
    ["0 9 13 * 5", "2026-11-14T00:00:00Z", "2026-11-13T09:00:00Z", "2026-11-20T09:00:00Z"],
  ])("%s at %s", (expression, now, last, next) => {
    expect(lastDue(expression, at(now))).toEqual(at(last));
    expect(nextDue(expression, at(now))).toEqual(at(next));
  });
});
