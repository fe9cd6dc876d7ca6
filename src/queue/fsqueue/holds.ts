// Keys that belong to a pending ticket, be it in back-off, and keys whose first ticket isn't to be claimed yet. One
// timer for all of them.
import { createSortedNames } from "./sorted-names.ts";

interface Hold {
  name: string;
  untilMs: number;
  waiting: boolean;
  /** It comes before all others of its key, even more urgent ones that came later. */
  owns: boolean;
}

/** Node's timers end at 2^31 ms (https://nodejs.org/api/timers.html); a longer wait is taken in pieces. */
const longestTimerMs = 3_600_000;
const timeDigits = 16;

/** `onDue` is called when the time of a key's hold has come; it is to call `expire`. */
export function createHolds(now: () => Date, onDue: (keyHash: string) => void) {
  const holds = new Map<string, Hold>();
  /** Time and key of each hold that waits, the next one first. */
  const schedule = createSortedNames();
  let timer: NodeJS.Timeout | undefined;
  let timerAtMs = Infinity;

  function entry(keyHash: string, untilMs: number): string {
    return String(untilMs).padStart(timeDigits, "0") + keyHash;
  }

  function arm(): void {
    const first = schedule.first();
    const untilMs = first === undefined ? Infinity : Number(first.slice(0, timeDigits));
    if (untilMs >= timerAtMs) return;
    clearTimeout(timer);
    timerAtMs = untilMs;
    const waitMs = Math.min(Math.max(1, untilMs - now().getTime()), longestTimerMs);
    timer = setTimeout(look, waitMs);
    timer.unref();
  }

  function look(): void {
    timerAtMs = Infinity;
    releaseDue();
    arm();
  }

  function releaseDue(): void {
    const nowMs = now().getTime();
    for (let first = schedule.first(); first !== undefined; first = schedule.first()) {
      if (Number(first.slice(0, timeDigits)) > nowMs) break;
      onDue(first.slice(timeDigits));
      schedule.delete(first);
    }
  }

  function drop(keyHash: string): void {
    const hold = holds.get(keyHash);
    if (!hold) return;
    holds.delete(keyHash);
    schedule.delete(entry(keyHash, hold.untilMs));
  }

  return {
    of: (keyHash: string): Readonly<Hold> | undefined => holds.get(keyHash),
    set(keyHash: string, { name, untilMs, owns }: Omit<Hold, "waiting">): void {
      drop(keyHash);
      const waiting = untilMs > now().getTime();
      holds.set(keyHash, { name, untilMs, waiting, owns });
      if (!waiting) return;
      schedule.add(entry(keyHash, untilMs));
      arm();
    },
    expire(keyHash: string): void {
      const hold = holds.get(keyHash);
      if (hold) hold.waiting = false;
    },
    /** The ticket has left pending/; a hold of another ticket stays. */
    release(keyHash: string, name: string): void {
      if (holds.get(keyHash)?.name === name) drop(keyHash);
    },
    /** Timers don't count the time of a suspended machine, so whoever claims looks at the clock as well. */
    releaseDue,
    close: () => clearTimeout(timer),
  };
}
