// Finds any of thousands of fixed strings in one pass that skips most of the text: Wu and Manber's algorithm.
//
// S. Wu, U. Manber, "A fast algorithm for multi-pattern searching", TR-94-17, University of Arizona, 1994. All
// strings are looked at through a window as long as the shortest; a table tells for each block of characters how
// far the window may be moved when that block is at its end.

const tableSize = 1 << 16;
/** Fewer: a list too many costs one comparison where the window stops, and each redactor has its own. */
const chainCount = 1 << 13;
const maxWindow = 16;

export interface LiteralMatcher {
  /** Calls `visit` with each occurrence, also overlapping ones, that starts at `from` or later, in order. */
  each(text: string, from: number, visit: (index: number, at: number) => void): void;
}

/** A matcher for these literals, none of them empty; `visit` gets their index. */
export function createLiteralMatcher(literals: readonly string[]): LiteralMatcher {
  const shortest = literals.reduce((length, literal) => Math.min(length, literal.length), maxWindow);
  const block = shortest >= 6 ? 3 : Math.min(shortest, 2);
  const farthest = shortest - block + 1;

  const shifts = new Uint8Array(tableSize).fill(farthest);
  const byWindow = createChains(literals.length);
  literals.forEach((literal, index) => {
    for (let end = block; end <= shortest; end++) {
      const hash = hashBlock(literal, end - block, block);
      shifts[hash] = Math.min(shifts[hash] ?? farthest, shortest - end);
    }
    byWindow.add(hashBlock(literal, shortest - block, block), index);
  });

  return {
    each(text, from, visit) {
      if (literals.length === 0) return;
      const last = text.length - shortest;
      const ahead = shortest - block;
      for (let at = from; at <= last;) {
        const hash =
          block === 3 ? hash3(text, at + ahead) : block === 2 ? hash2(text, at + ahead) : hash1(text, at);
        const shift = shifts[hash] ?? 1;
        if (shift > 0) {
          at += shift;
          continue;
        }
        for (let index = byWindow.first(hash); index >= 0; index = byWindow.next(index)) {
          if (text.startsWith(literals[index] ?? "", at)) visit(index, at);
        }
        at++;
      }
    },
  };
}

function hashBlock(text: string, at: number, block: number): number {
  return block === 3 ? hash3(text, at) : block === 2 ? hash2(text, at) : hash1(text, at);
}

function hash3(text: string, at: number): number {
  return ((text.charCodeAt(at) << 10) ^ (text.charCodeAt(at + 1) << 5) ^ text.charCodeAt(at + 2)) & 0xffff;
}

function hash2(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & 0xffff;
}

function hash1(text: string, at: number): number {
  return text.charCodeAt(at);
}

/** Lists of indexes by hash, as linked lists in two arrays. */
export function createChains(count: number) {
  const heads = new Int32Array(chainCount).fill(-1);
  const nexts = new Int32Array(count).fill(-1);
  return {
    add(hash: number, index: number): void {
      nexts[index] = heads[hash & (chainCount - 1)] ?? -1;
      heads[hash & (chainCount - 1)] = index;
    },
    first: (hash: number): number => heads[hash & (chainCount - 1)] ?? -1,
    next: (index: number): number => nexts[index] ?? -1,
  };
}
