// When a pending ticket will probably be claimed: the queue played forward, every run as long as the usual one.

/** One run, from its claim to its end. */
export interface Run {
  startedAt: Date;
  endedAt: Date;
}

export interface Outlook {
  now: Date;
  /** The last runs, whatever their order. */
  lastRuns: readonly Run[];
  /** What runs now. Keys are compared and nothing else, so a hash does as well. */
  running: readonly { key: string; startedAt: Date }[];
  /** The keys of the pending tickets that come before this one, in their order; the first 10,000 are enough. */
  ahead: Iterable<string>;
  /** How many come before this one. */
  aheadCount: number;
  key: string;
  /** Not before this time, because the ticket, or one of its key that comes first, is in back-off. */
  notBefore?: Date | undefined;
}

const simulated = 10_000;

/**
 * Undefined as long as nothing has run. As many run at a time as now or, by what is known, lately, whichever is more;
 * the usual run is the median of the last ones.
 */
export function estimateStart(outlook: Outlook): Date | undefined {
  const { lastRuns, running, aheadCount, notBefore } = outlook;
  if (lastRuns.length === 0) return undefined;
  const nowMs = outlook.now.getTime();
  const usualMs = usualRunMs(lastRuns);
  const slots = running.map(({ key, startedAt }): Slot => {
    // One that takes longer than usual may end at any time.
    const leftMs = startedAt.getTime() + usualMs - nowMs;
    return { key, freeAtMs: nowMs + Math.min(Math.max(leftMs, 0), usualMs) };
  });
  while (slots.length < mostAtOnce(lastRuns)) slots.push({ key: undefined, freeAtMs: nowMs });
  slots.sort((a, b) => a.freeAtMs - b.freeAtMs);

  const startMs = playForward(slots, usualMs, [...firstOf(outlook.ahead, simulated), outlook.key]);
  // What is too long to be played is taken as evenly shared.
  const restMs = (Math.max(0, aheadCount - simulated) / slots.length) * usualMs;
  return new Date(Math.max(startMs + restMs, notBefore?.getTime() ?? 0));
}

interface Slot {
  /** The key of what runs there. */
  key: string | undefined;
  freeAtMs: number;
}

/**
 * When the last of `keys` starts. The slots are free within one usual run, so they become free by turns for ever, and
 * a key is free when its slot is: no start lies between two turns.
 */
function playForward(slots: Slot[], usualMs: number, keys: readonly string[]): number {
  const last = keys.length - 1;
  /** Key → the tickets that were passed over because something of their key ran. */
  const passedOver = new Map<string, number[]>();
  let at = 0;

  function nextFor(isBusy: (key: string) => boolean): number | undefined {
    let next: number | undefined;
    for (const [key, [first]] of passedOver) {
      if (!isBusy(key) && first !== undefined && (next === undefined || first < next)) next = first;
    }
    if (next !== undefined) {
      const key = keys[next] ?? "";
      const waiting = passedOver.get(key);
      waiting?.shift();
      if (waiting?.length === 0) passedOver.delete(key);
      return next;
    }
    for (; at <= last; at += 1) {
      const key = keys[at] ?? "";
      if (!isBusy(key)) return at++;
      const waiting = passedOver.get(key);
      if (waiting) waiting.push(at);
      else passedOver.set(key, [at]);
    }
    return undefined;
  }

  for (let turn = 0; ; turn += 1) {
    const slot = slots[turn % slots.length];
    if (!slot) throw new Error("estimating a start without a single slot");
    slot.key = undefined;
    const next = nextFor((key) => slots.some((each) => each.key === key));
    if (next === last) return slot.freeAtMs + Math.floor(turn / slots.length) * usualMs;
    if (next !== undefined) slot.key = keys[next];
  }
}

function usualRunMs(runs: readonly Run[]): number {
  const tookMs = runs.map(({ startedAt, endedAt }) => Math.max(0, endedAt.getTime() - startedAt.getTime()));
  return tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length / 2)] ?? 0;
}

/** How many of these runs went on at the same time, at the most. */
function mostAtOnce(runs: readonly Run[]): number {
  const during = runs.map(
    ({ startedAt }) =>
      runs.filter((other) => other.startedAt <= startedAt && other.endedAt > startedAt).length,
  );
  return Math.max(1, ...during);
}

function* firstOf(items: Iterable<string>, count: number): Generator<string, void> {
  let taken = 0;
  for (const item of items) {
    if (taken >= count) return;
    taken += 1;
    yield item;
  }
}
