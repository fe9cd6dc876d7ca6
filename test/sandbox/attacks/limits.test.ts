// Attacks on the machine's means: memory-backed folders, files, processors.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { livingWith } from "./living.ts";
import { openSeat, type Seat, seats } from "./seat.ts";

const Written = z.array(z.object({ written: z.number(), why: z.string() }));

describe.each(seats)("%s", (name) => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat(name);
  });
  afterAll(() => seat.close());

  test("what lies in memory is bounded: /tmp, /dev/shm, /run", async () => {
    const inside = await seat.attack("fills.js", ["400", "/tmp/full", "/dev/shm/full", "/run/full"], {
      fileBytes: 1_000_000_000,
    });
    expect(inside.printed(Written)).toEqual([
      { written: 256, why: "ENOSPC" },
      { written: 64, why: "ENOSPC" },
      { written: 16, why: "ENOSPC" },
    ]);
  });

  test("no file is larger than it may be", async () => {
    const inside = await seat.attack("fills.js", ["40", "/workspace/large"], { fileBytes: 8 * 1024 * 1024 });
    expect(inside.printed(Written)).toEqual([{ written: 8, why: "EFBIG" }]);
    const without = await seat.attack("fills.js", ["40", "large"], { how: "none" });
    expect(without.printed(Written)).toEqual([{ written: 40, why: "all" }]);
  });

  test("a fork bomb ends, and with all that it made", async () => {
    const token = `bomb-${Math.random().toString(36).slice(2)}`;
    const inside = await seat.attack("forks.pl", ["500", token], { pids: 60 });
    expect(inside.end).toMatchObject({ ended: "pids" });
    expect(Number(inside.lines[0])).toBeLessThan(60);
    expect(livingWith(token)).toEqual([]);
    const without = await seat.attack("forks.pl", ["200"], { how: "none" });
    expect(without.lines[0]).toBe("200");
  });

  test("no more open files than are its own affair, and no core file", async () => {
    const script = "ulimit -n; ulimit -c; cat /proc/sys/fs/file-max >/dev/null && echo readable";
    expect((await seat.attack("sh", ["-c", script])).lines.slice(0, 2)).toEqual(["4096", "0"]);
  });

  test("output without end is cut", async () => {
    const inside = await seat.attack("yes", ["x".repeat(1000)], { outputBytes: 5_000_000 });
    expect(inside.end).toMatchObject({ ended: "output" });
    expect(inside.outputChars).toBeGreaterThan(4_000_000);
    expect(inside.outputChars).toBeLessThanOrEqual(5_000_000);
  });
});
