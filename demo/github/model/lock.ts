// One writer at a time per key; readers never wait.

/** Makes a lock. Work on the same key runs in the order in which it was asked for. */
export function createLock(): <T>(key: string | number, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string | number, Promise<unknown>>();
  return (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    void tail.finally(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    return result;
  };
}
