// Masks secrets in a stream of bytes without holding it up.

export interface ByteMasker {
  /** What can be passed on now; only a tail that may be the beginning of a secret waits. */
  push(chunk: Buffer): Buffer;
  /** What waited. */
  flush(): Buffer;
}

const asterisk = 0x2a;
const nothing = Buffer.alloc(0);

/**
 * Each occurrence of one of `secrets` becomes as many asterisks, so that a Content-Length stays true. Secrets may be cut
 * anywhere by the chunks' borders. A chunk that has none and ends in no beginning of one is passed on as it is.
 */
export function createByteMasker(secrets: readonly string[]): ByteMasker {
  // The longest first: one may be a part of another.
  const needles = secrets
    .filter((secret) => secret !== "")
    .map((secret) => Buffer.from(secret, "utf8"))
    .toSorted((a, b) => b.length - a.length);
  let waiting = nothing;

  return {
    push(chunk) {
      let text = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      let owned = text !== chunk;
      for (const needle of needles) {
        for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
          // A chunk belongs to whoever made it.
          if (!owned) text = Buffer.from(text);
          owned = true;
          text.fill(asterisk, at, at + needle.length);
        }
      }
      const cut = text.length - Math.max(0, ...needles.map((needle) => tailOf(text, needle)));
      // A copy: a slice would keep the whole chunk in memory.
      waiting = cut === text.length ? nothing : Buffer.from(text.subarray(cut));
      return cut === text.length ? text : text.subarray(0, cut);
    },
    flush() {
      const rest = waiting;
      waiting = nothing;
      return rest;
    },
  };
}

/** The length of the longest end of `text` that is a beginning of `needle`, but not all of it. */
function tailOf(text: Buffer, needle: Buffer): number {
  for (let length = Math.min(needle.length - 1, text.length); length > 0; length--) {
    if (text[text.length - length] !== needle[0]) continue;
    if (text.compare(needle, 0, length, text.length - length) === 0) return length;
  }
  return 0;
}
