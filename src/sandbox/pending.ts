// What is under way, so that an end can wait for it.

/** `onBug` hears of work that failed without telling it: what a hostile client makes fail must end nothing else. */
export function createPending(onBug: (error: unknown) => void) {
  const all = new Set<Promise<void>>();
  return {
    add(work: Promise<void>): void {
      const done = work.catch(onBug).finally(() => all.delete(done));
      all.add(done);
    },
    async settled(): Promise<void> {
      while (all.size > 0) await Promise.all(all);
    },
  };
}
