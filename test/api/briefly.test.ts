import { expect, test, vi } from "vitest";
import { briefly } from "../../src/api/briefly.ts";

test("one answer for all who ask meanwhile and for a moment after; a failure is not kept", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    let asked = 0;
    const ask = briefly(1000, async () => {
      asked += 1;
      if (asked === 2) throw new Error("away");
      return asked;
    });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    vi.advanceTimersByTime(999);
    expect(await ask()).toBe(1);
    vi.advanceTimersByTime(2);
    await expect(ask()).rejects.toThrow("away");
    expect(await ask()).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});
