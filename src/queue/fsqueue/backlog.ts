// What this process knows of pending/ and running/, so that a claim needs no listing: which ticket is next.
//
// It is only knowledge. The folders decide, under the lock; a name here that has gone costs one look and is dropped.
import { createHolds } from "./holds.ts";
import { createSortedNames, lowerBound } from "./sorted-names.ts";
import { keyHashOf } from "./ticket-name.ts";

export type Backlog = ReturnType<typeof createBacklog>;

/** `onReady` is called whenever a ticket may have become claimable. */
export function createBacklog(options: { now: () => Date; onReady: () => void }) {
  const pending = createSortedNames();
  /** Key → its pending names in order. Most keys have one, and a bare string is the smallest list. */
  const byKey = new Map<string, string | string[]>();
  const running = new Set<string>();
  /** Keys that nothing may be claimed of: something of them runs, or is just being claimed here. */
  const busy = new Map<string, number>();
  /** Of each key that is free, the ticket that is next. */
  const ready = createSortedNames();
  const holds = createHolds(options.now, (keyHash) => change(keyHash, () => holds.expire(keyHash)));

  function firstOf(keyHash: string): string | undefined {
    const names = byKey.get(keyHash);
    return typeof names === "object" ? names[0] : names;
  }

  function readyOf(keyHash: string): string | undefined {
    if (busy.has(keyHash)) return undefined;
    const hold = holds.of(keyHash);
    const first = firstOf(keyHash);
    if (!hold || (!hold.owns && hold.name !== first)) return first;
    return hold.waiting ? undefined : hold.name;
  }

  function change(keyHash: string, step: () => void): void {
    const before = readyOf(keyHash);
    step();
    const after = readyOf(keyHash);
    if (before === after) return;
    if (before !== undefined) ready.delete(before);
    if (after === undefined) return;
    ready.add(after);
    options.onReady();
  }

  function makeBusy(keyHash: string, by: 1 | -1): void {
    const count = (busy.get(keyHash) ?? 0) + by;
    if (count > 0) busy.set(keyHash, count);
    else busy.delete(keyHash);
  }

  function addToKey(keyHash: string, name: string): void {
    const names = byKey.get(keyHash);
    if (names === undefined) byKey.set(keyHash, name);
    else if (typeof names === "string") byKey.set(keyHash, [names, name].toSorted());
    else names.splice(placeIn(names, name), 0, name);
  }

  function removeFromKey(keyHash: string, name: string): void {
    const names = byKey.get(keyHash);
    if (typeof names === "object") names.splice(placeIn(names, name), 1);
    if (names === name || names?.length === 0) byKey.delete(keyHash);
  }

  function wait(hold: { name: string; untilMs: number; owns: boolean }): void {
    const keyHash = keyHashOf(hold.name);
    if (pending.has(hold.name)) change(keyHash, () => holds.set(keyHash, hold));
  }

  return {
    pending,
    running,
    add(name: string): void {
      if (!pending.add(name)) return;
      const keyHash = keyHashOf(name);
      change(keyHash, () => addToKey(keyHash, name));
    },
    remove(name: string): void {
      if (!pending.delete(name)) return;
      const keyHash = keyHashOf(name);
      change(keyHash, () => {
        removeFromKey(keyHash, name);
        holds.release(keyHash, name);
      });
    },
    started(name: string): void {
      if (running.has(name)) return;
      running.add(name);
      const keyHash = keyHashOf(name);
      change(keyHash, () => makeBusy(keyHash, 1));
    },
    ended(name: string): void {
      if (!running.delete(name)) return;
      const keyHash = keyHashOf(name);
      change(keyHash, () => makeBusy(keyHash, -1));
    },
    /** This process is about to claim a ticket of this key; nobody else here tries until `release`. */
    reserve(name: string): void {
      const keyHash = keyHashOf(name);
      change(keyHash, () => makeBusy(keyHash, 1));
    },
    release(name: string): void {
      const keyHash = keyHashOf(name);
      change(keyHash, () => makeBusy(keyHash, -1));
    },
    /** The key belongs to this pending ticket, which isn't to be claimed before `untilMs`. */
    hold: (name: string, untilMs: number): void => wait({ name, untilMs, owns: true }),
    /** This pending ticket isn't to be claimed before `untilMs`, nor those of its key that come after it. */
    defer: (name: string, untilMs: number): void => wait({ name, untilMs, owns: false }),
    /** Whether a ticket in back-off holds the key, as far as this process has looked. */
    isWaiting: (keyHash: string): boolean => holds.of(keyHash)?.waiting === true,
    /** The most urgent ticket that may be claimed. */
    next(): string | undefined {
      holds.releaseDue();
      return ready.first();
    },
    /** The first pending ticket of a key. */
    firstOf,
    close: () => holds.close(),
  };
}

function placeIn(names: string[], name: string): number {
  return lowerBound(names.length, (at) => (names[at] ?? "") < name);
}
