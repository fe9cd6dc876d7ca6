// One subscription for everything that happens, so that a test or a page waits for a condition and never polls.
import { EventEmitter } from "node:events";

interface UntilOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Said in the error when the time is over. */
  what?: string;
}

export interface News {
  /** Something changed: state, a request that was answered, a delivery that was made. */
  tell(): void;
  /** Calls back after every change; returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Resolves with the first truthy answer of `look`, asked now and after every change. Default limit: 20 s. */
  until<T>(look: () => T | Promise<T>, options?: UntilOptions): Promise<NonNullable<T>>;
}

/** Makes the news board of one stand-in. */
export function createNews(): News {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);

  function subscribe(listener: () => void): () => void {
    emitter.on("change", listener);
    return () => emitter.off("change", listener);
  }

  async function until<T>(
    look: () => T | Promise<T>,
    { timeoutMs = 20_000, signal, what = "a condition of the stand-in" }: UntilOptions = {},
  ): Promise<NonNullable<T>> {
    const limit = AbortSignal.timeout(timeoutMs);
    const end = signal ? AbortSignal.any([limit, signal]) : limit;
    for (;;) {
      let ring = (): void => undefined;
      const changed = new Promise<void>((resolve) => (ring = resolve));
      const unsubscribe = subscribe(ring);
      end.addEventListener("abort", ring, { once: true });
      try {
        const found = await look();
        if (found !== null && found !== undefined && found !== false) return found;
        if (end.aborted) throw new Error(`waiting for ${what} (${timeoutMs} ms)`, { cause: end.reason });
        await changed;
      } finally {
        unsubscribe();
        end.removeEventListener("abort", ring);
      }
    }
  }

  return { tell: () => emitter.emit("change"), subscribe, until };
}
