// What is under way, so that an end can wait for it.

export function createPending() {
  const all = new Set<Promise<void>>();
  return {
    /** `work` tells its own failures and never rejects. */
    add(work: Promise<void>): void {
      all.add(work);
      void work.finally(() => all.delete(work));
    },
    async settled(): Promise<void> {
      while (all.size > 0) await Promise.allSettled(all);
    },
  };
}
