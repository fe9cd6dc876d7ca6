// How long to wait before the next try.
const firstMs = 1000;
const longestMs = 300_000;

/**
 * Milliseconds before try number `attempt` + 1: doubled each time from 1 s to 5 min, less up to half of it by chance,
 * so that what failed together isn't tried again together. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number = Math.random()): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.max(0, attempt - 1));
  return Math.round(wholeMs * (1 - random / 2));
}
