// A set of names in their order, in chunks: adding, removing and ranking cost about the same at a hundred names and
// at a million, and a name costs little more than its own characters.
const chunkSize = 512;

export interface SortedNames {
  readonly size: number;
  /** False when it was there already. */
  add(name: string): boolean;
  /** False when it wasn't there. */
  delete(name: string): boolean;
  has(name: string): boolean;
  first(): string | undefined;
  /** How many names come before this one, whether it is there or not. */
  rank(name: string): number;
  /** The names after `after`, in order, from the first when undefined. */
  from(after?: string): Generator<string, void>;
}

export function createSortedNames(): SortedNames {
  const chunks: string[][] = [];
  let size = 0;

  /** The chunk that holds `name` or would take it, and its place there. */
  function locate(name: string): { chunk: string[]; chunkAt: number; at: number } {
    const chunkAt = Math.max(0, lowerBound(chunks.length, (i) => (chunks[i]?.[0] ?? "") <= name) - 1);
    const chunk = chunks[chunkAt] ?? [];
    return { chunk, chunkAt, at: lowerBound(chunk.length, (i) => (chunk[i] ?? "") < name) };
  }

  return {
    get size() {
      return size;
    },
    add(name) {
      const { chunk, chunkAt, at } = locate(name);
      if (chunk[at] === name) return false;
      chunk.splice(at, 0, name);
      size += 1;
      if (chunks.length === 0) chunks.push(chunk);
      else if (chunk.length > chunkSize) chunks.splice(chunkAt + 1, 0, chunk.splice(chunkSize / 2));
      return true;
    },
    delete(name) {
      const { chunk, chunkAt, at } = locate(name);
      if (chunk[at] !== name) return false;
      chunk.splice(at, 1);
      size -= 1;
      if (chunk.length === 0) chunks.splice(chunkAt, 1);
      return true;
    },
    has(name) {
      const { chunk, at } = locate(name);
      return chunk[at] === name;
    },
    first: () => chunks[0]?.[0],
    rank(name) {
      const { chunkAt, at } = locate(name);
      let before = at;
      for (let i = 0; i < chunkAt; i += 1) before += chunks[i]?.length ?? 0;
      return before;
    },
    *from(after) {
      const start = after === undefined ? { chunkAt: 0, at: 0 } : locate(after);
      for (let i = start.chunkAt; i < chunks.length; i += 1) {
        const chunk = chunks[i] ?? [];
        for (let at = i === start.chunkAt ? start.at : 0; at < chunk.length; at += 1) {
          const name = chunk[at];
          if (name !== undefined && name !== after) yield name;
        }
      }
    },
  };
}

/** The first index below `length` for which `before` is false; it must be true up to some index and false from there. */
export function lowerBound(length: number, before: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
