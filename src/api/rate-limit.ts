// How many requests one asker may make in a while; kept in memory, bounded.

export type Allowance = { allowed: true } | { allowed: false; retryAfterSec: number };

interface Options {
  /** 0: any number. */
  maxRequests: number;
  windowMs: number;
  /** Milliseconds that only go forward. */
  clock?: () => number;
  /** Above this the askers that were quiet for longest are forgotten. */
  maxAskers?: number;
}

/**
 * Returns a function that counts one request of an asker: a bucket that refills evenly, so that no burst at a window's
 * turn doubles the limit. A refused request costs nothing; `retryAfterSec` is when the next one will be let in.
 */
export function createRateLimit(options: Options): (asker: string) => Allowance {
  const { maxRequests, windowMs, clock = () => performance.now(), maxAskers = 10_000 } = options;
  const buckets = new Map<string, { left: number; atMs: number }>();
  const perMs = maxRequests / windowMs;

  return (asker) => {
    if (maxRequests === 0) return { allowed: true };
    const nowMs = clock();
    const known = buckets.get(asker);
    const left = known ? Math.min(maxRequests, known.left + (nowMs - known.atMs) * perMs) : maxRequests;
    const allowed = left >= 1;
    buckets.delete(asker);
    buckets.set(asker, { left: allowed ? left - 1 : left, atMs: nowMs });
    const [oldest] = buckets.keys();
    if (buckets.size > maxAskers && oldest !== undefined) buckets.delete(oldest);
    if (allowed) return { allowed };
    return { allowed, retryAfterSec: Math.max(1, Math.ceil((1 - left) / perMs / 1000)) };
  };
}
