// What a piece of a text must hold back: its end, where that may be the beginning of something longer.
import { createChains } from "./redact-literals.ts";

/** So many bits that of a rolling hash's characters, five bits apart, only the last three count. */
const hashMask = 0x7fff;

/**
 * Returns a function that gives the first position from `from` on where the rest of the text is the beginning of one
 * of the literals, but not all of it; the text's length when there is none. `bytes` are the text's low bytes.
 */
export function createHeld(literals: readonly string[]) {
  const longest = literals.reduce((length, literal) => Math.max(length, literal.length), 0);
  /** By the hash of the first three characters. */
  const begins = new Uint8Array(hashMask + 1);
  const byStart = createChains(literals.length);
  /** The first character and the first two: what a text's last ones could be the start of. */
  const starts = new Set<string>();
  const startBytes = new Uint8Array(256);
  literals.forEach((literal, index) => {
    for (let length = 1; length < Math.min(literal.length, 3); length++) starts.add(literal.slice(0, length));
    if (literal.length > 1) startBytes[literal.charCodeAt(0) & 255] = 1;
    if (literal.length <= 3) return;
    let hash = 0;
    for (let at = 0; at < 3; at++) hash = rolled(hash, literal.charCodeAt(at) & 255);
    begins[hash] = 1;
    byStart.add(hash, index);
  });

  return (text: string, bytes: Uint8Array, from: number): number => {
    const { length } = text;
    const first = Math.max(from, length - longest + 1);
    let hash = rolled(rolled(0, bytes[first] ?? 0), bytes[first + 1] ?? 0);
    for (let end = first + 2; end < length; end++) {
      hash = rolled(hash, bytes[end] ?? 0);
      if (begins[hash] === 0) continue;
      const at = end - 2;
      for (let index = byStart.first(hash); index >= 0; index = byStart.next(index)) {
        const literal = literals[index] ?? "";
        if (literal.length > length - at && literal.startsWith(text.slice(at))) return at;
      }
    }
    for (let at = Math.max(first, length - 2); at < length; at++) {
      if (startBytes[bytes[at] ?? 0] === 1 && starts.has(text.slice(at))) return at;
    }
    return length;
  };
}

function rolled(hash: number, byte: number): number {
  return ((hash << 5) ^ byte) & hashMask;
}
