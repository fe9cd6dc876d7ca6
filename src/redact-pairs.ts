// Finds any of some dozen short strings, of three characters and more, by looking at every second character only.
//
// Wherever such a string stands, two neighbouring characters of it lie at an even place of the text. Of each string
// one pair for either case is chosen, the rarest in ordinary text, and a table of all 65,536 pairs tells which
// matter. The loop jumps nowhere and nearly never branches, which is what makes it fast.

/** A pair of a literal and how far it stands from the literal's start. */
interface Pair {
  index: number;
  offset: number;
}

export interface PairMatcher {
  /** Calls `visit` with each occurrence that starts at `from` or later, in no certain order. */
  each(text: string, bytes: Uint8Array, from: number, visit: (index: number, at: number) => void): void;
}

/** A matcher for at most 100 literals, each of at least three Latin-1 characters; `visit` gets their index. */
export function createPairMatcher(literals: readonly string[]): PairMatcher {
  /** By pair: where in `lists` stands what it may belong to; 0 is the empty one. */
  const marked = new Uint8Array(1 << 16);
  const lists: Pair[][] = [[]];
  if (literals.length > 100)
    throw new Error(`${literals.length} literals are too many for one byte of a table`);
  literals.forEach((literal, index) => {
    if (!/^[\0-\u00ff]{3,}$/.test(literal)) throw new Error(`${literal} can't be found by its pairs`);
    for (const parity of [0, 1]) {
      const offset = rarestPair(literal, parity);
      const key = keyOf(literal.charCodeAt(offset), literal.charCodeAt(offset + 1));
      const list = marked[key] || lists.push([]) - 1;
      marked[key] = list;
      lists[list]?.push({ index, offset });
    }
  });

  return {
    each(text, bytes, from, visit) {
      const last = text.length - 1;
      for (let at = from - (from % 2); at < last; at += 2) {
        const list = marked[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)];
        if (list === undefined || list === 0) continue;
        for (const { index, offset } of lists[list] ?? []) {
          const start = at - offset;
          if (start >= from && text.startsWith(literals[index] ?? "", start)) visit(index, start);
        }
      }
    },
  };
}

function keyOf(first: number, second: number): number {
  return (first << 8) | second;
}

/** Where the rarest pair of a literal stands among the places of this parity. */
function rarestPair(literal: string, parity: number): number {
  let best = parity;
  for (let at = parity; at + 1 < literal.length; at += 2) {
    if (commonness(literal, at) < commonness(literal, best)) best = at;
  }
  return best;
}

function commonness(literal: string, at: number): number {
  return frequency(literal.charAt(at)) * frequency(literal.charAt(at + 1));
}

/** How often a character stands in a thousand of ordinary text and code, roughly. */
function frequency(char: string): number {
  const common = " etaoinsrhldcu";
  const place = common.indexOf(char);
  if (place >= 0) return 100 - 5 * place;
  return /[a-z]/.test(char) ? 15 : /[0-9"/:.,-]/.test(char) ? 12 : /[A-Z_]/.test(char) ? 6 : 4;
}
