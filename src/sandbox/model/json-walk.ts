// Walks through a JSON text that arrives in pieces, without ever holding it. Strict: what RFC 8259 does not allow ends
// the walk, so that nobody further on can read the text in another way.

/** Keys and indexes from the top down. */
export type Path = readonly (string | number)[];
export type Container = "object" | "array";
export type Scalar = string | number | boolean | null;

export interface JsonVisitor {
  /**
   * A string, number, boolean or null; `read` gives it, and is good only during the call. Of a string longer than 512
   * bytes it gives that much, as it is written. Most values are of no interest and are never made.
   */
  onScalar(path: Path, read: () => Scalar): void;
  /** The beginning of an object or an array, the top one included. */
  onContainer(path: Path, container: Container): void;
}

export interface JsonWalk {
  /** Throws SyntaxError at the first byte that can't be. */
  push(chunk: Buffer): void;
  /** Throws SyntaxError when the text is not complete. */
  end(): void;
}

const maxDepth = 200;
const maxKept = 512;
const quote = 0x22;
const backslash = 0x5c;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const literalPattern = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const escapes = new Set(Buffer.from('"\\/bfnrtu'));
const delimiters = new Set(Buffer.from(" \n\r\t,]}"));

type Expected = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

export function createJsonWalk(visitor: JsonVisitor): JsonWalk {
  const open: Container[] = [];
  const path: (string | number)[] = [];
  let expected: Expected = "value";
  /** What is being read; undefined between tokens. */
  let reading: "string" | "key" | "literal" | undefined;
  /** Its bytes so far, as Latin-1, as they are written. */
  let kept = "";
  let long = false;
  let escaped = false;

  function fail(what: string): never {
    throw new SyntaxError(`the JSON is not valid: ${what}`);
  }

  /** What may follow once a value is complete. */
  function after(): void {
    const last = path.at(-1);
    if (typeof last === "number") path[path.length - 1] = last + 1;
    expected = open.length === 0 ? "nothing" : "comma-or-end";
  }

  function finish(): void {
    if (reading === "key") path[path.length - 1] = read();
    else if (reading !== undefined) visitor.onScalar(path, reading === "string" ? read : literal);
    const wasKey = reading === "key";
    reading = undefined;
    if (wasKey) expected = "colon";
    else after();
  }

  function read(): string {
    const text = isAscii(kept) ? kept : Buffer.from(kept, "latin1").toString("utf8");
    if (long || !text.includes("\\")) return text;
    try {
      return String(JSON.parse(`"${text}"`));
    } catch {
      return fail("a string");
    }
  }

  function literal(): number | boolean | null {
    if (kept === "true" || kept === "false") return kept === "true";
    if (kept === "null") return null;
    return Number(kept);
  }

  function enter(container: Container): void {
    if (open.length >= maxDepth) fail("too deep");
    visitor.onContainer(path, container);
    open.push(container);
    path.push(container === "object" ? "" : 0);
    expected = container === "object" ? "key-or-end" : "value-or-end";
  }

  function leave(container: Container): void {
    if (open.pop() !== container) fail("a closing bracket");
    path.pop();
    after();
  }

  /** The first byte of a token, or punctuation. */
  function structure(byte: number): void {
    const wantsValue = expected === "value" || expected === "value-or-end";
    switch (byte) {
      case quote:
        if (wantsValue) begin("string");
        else if (expected === "key" || expected === "key-or-end") begin("key");
        else fail("a string where none belongs");
        return;
      case 0x7b:
        return wantsValue ? enter("object") : fail("an object where none belongs");
      case 0x5b:
        return wantsValue ? enter("array") : fail("an array where none belongs");
      case 0x7d:
        return expected === "key-or-end" || (expected === "comma-or-end" && open.at(-1) === "object")
          ? leave("object")
          : fail("a closing brace");
      case 0x5d:
        return expected === "value-or-end" || (expected === "comma-or-end" && open.at(-1) === "array")
          ? leave("array")
          : fail("a closing bracket");
      case 0x3a:
        if (expected !== "colon") fail("a colon");
        expected = "value";
        return;
      case 0x2c:
        if (expected !== "comma-or-end") fail("a comma");
        expected = open.at(-1) === "object" ? "key" : "value";
        return;
      default:
        if (!wantsValue) fail("a word where none belongs");
        begin("literal");
        kept = String.fromCharCode(byte);
    }
  }

  function begin(kind: NonNullable<typeof reading>): void {
    reading = kind;
    kept = "";
    long = false;
    escaped = false;
  }

  /** Reads on in a string from `from`; returns where it goes on after it, or the chunk's end. */
  function readString(chunk: Buffer, from: number): number {
    let at = from;
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (escaped) {
        if (!escapes.has(byte)) fail("an escape");
        escaped = false;
      } else if (byte === quote) break;
      else if (byte === backslash) escaped = true;
      if (byte < 0x20) fail("a control character in a string");
    }
    const room = maxKept - kept.length;
    long ||= at - from > room;
    if (room > 0) kept += chunk.toString("latin1", from, Math.min(at, from + room));
    if (at === chunk.length) return at;
    finish();
    return at + 1;
  }

  /** Reads on in a number or a word; what ends it is left to be read as structure. */
  function readLiteral(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && !delimiters.has(chunk[at] ?? 0)) at += 1;
    kept += chunk.toString("latin1", from, Math.min(at, from + maxKept));
    if (kept.length > maxKept) fail("a number too long");
    if (at < chunk.length) endLiteral();
    return at;
  }

  function endLiteral(): void {
    if (!literalPattern.test(kept)) fail("a word");
    finish();
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (reading === "literal") at = readLiteral(chunk, at);
        else if (reading !== undefined) at = readString(chunk, at);
        else {
          const byte = chunk[at] ?? 0;
          if (!isSpace(byte)) structure(byte);
          at += 1;
        }
      }
    },
    end() {
      if (reading === "literal") endLiteral();
      if (reading !== undefined) fail("it ends in a string");
      if (expected !== "nothing") fail("it ends too early");
    },
  };
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[^\u0000-\u007f]/.test(text);
}
