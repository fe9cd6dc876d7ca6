// Those who wait for something to do.
export interface Waiters {
  /** Resolves at the next `wakeAll`, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void>;
  wakeAll(): void;
}

export function createWaiters(): Waiters {
  const waiting = new Set<() => void>();
  return {
    wait(signal) {
      return new Promise((resolve) => {
        function wake(): void {
          waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        }
        waiting.add(wake);
        signal.addEventListener("abort", wake);
      });
    },
    wakeAll() {
      for (const wake of waiting) wake();
    },
  };
}
